// The command as the user could type it again.

import { quoted } from '../kernel/shell-word.ts';

export { quoted };

/** `mettle run scenarios/x.yml --seed 7`, with quotes where a shell needs them. */
export function commandLine(): string {
  return ['mettle', ...process.argv.slice(2).map(quoted)].join(' ');
}
