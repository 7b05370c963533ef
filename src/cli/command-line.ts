// The command as the user could type it again.

/** `mettle run scenarios/x.yml --seed 7`, with quotes where a shell needs them. */
export function commandLine(): string {
  return ['mettle', ...process.argv.slice(2).map(quoted)].join(' ');
}

export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
