// Reads a stored comparison, validated.

import { readFile } from 'node:fs/promises';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { type Comparison, comparisonFormatVersion, comparisonSchema } from './schema.ts';

/** Throws MettleError RECORD_NOT_FOUND or RECORD_CORRUPT (exit code 2). */
export async function readComparison(file: string): Promise<Comparison> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new MettleError({
      code: 'RECORD_CORRUPT',
      message: `${file} cannot be read: ${messageOf(error)}`,
      hint: 'Give the folder of a verification, e.g. reports/<id>.',
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
  const comparison = comparisonSchema.safeParse(document);
  if (comparison.success) return comparison.data;
  const issue = comparison.error.issues[0];
  throw new MettleError({
    code: 'RECORD_CORRUPT',
    message: `${file}: not a comparison of format version ${comparisonFormatVersion}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    hint: 'Read it with the version of Mettle that wrote it, or verify again.',
    exitCode: exitCodes.usage,
  });
}
