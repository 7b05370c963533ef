// mettle validate: what is wrong with scenario and target files, before anything starts.

import type { Command } from 'commander';
import { stringify } from 'yaml';
import { exitCodes } from '../kernel/errors.ts';
import { formatDiagnostic } from '../scenario/diagnostics.ts';
import { validateFiles } from '../scenario/validate.ts';
import { outputOf } from './options.ts';

export function validateCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('validate')
    .summary('check scenario and target files without running anything')
    .argument('<files...>', 'scenario or target files')
    .option('--expand', 'show the faults and promises that pieces and experiments stand for')
    .action(async (files: readonly string[], { expand = false }: { readonly expand?: boolean }) => {
      const output = outputOf(command);
      const validated = await validateFiles(files, undefined, expand);
      output.document(validated);
      for (const entry of validated) {
        for (const diagnostic of entry.diagnostics) output.result(formatDiagnostic(diagnostic));
        if (entry.diagnostics.length > 0) continue;
        output.result(`${entry.file}: a valid ${entry.kind} file`);
        for (const note of entry.notes) output.result(`  ${note}`);
        if (entry.expanded !== undefined) output.result(stringify(entry.expanded).trimEnd());
      }
      const wrong = validated.some((entry) => entry.diagnostics.length > 0);
      finish(wrong ? exitCodes.usage : exitCodes.ok);
    });
}
