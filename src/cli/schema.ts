// mettle schema: JSON Schemas for editors.

import type { Command } from 'commander';
import { scenarioJsonSchema, targetJsonSchema, writeSchemas } from '../scenario/json-schema.ts';
import { MettleError } from '../kernel/errors.ts';

export function schemaCommand(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of scenario or target files, for editors')
    .argument('[kind]', 'scenario or target', 'scenario')
    .option('--write <dir>', 'write all schemas into this folder instead')
    .action(async (kind: string, flags: { write?: string }) => {
      if (flags.write !== undefined) await writeSchemas(flags.write);
      else process.stdout.write(`${JSON.stringify(schemaOf(kind), null, 2)}\n`);
    });
}

function schemaOf(kind: string): unknown {
  if (kind === 'scenario') return scenarioJsonSchema();
  if (kind === 'target') return targetJsonSchema();
  throw new MettleError({
    code: 'UNKNOWN_SCHEMA',
    message: `there is no schema "${kind}"`,
    hint: 'Use scenario or target.',
  });
}
