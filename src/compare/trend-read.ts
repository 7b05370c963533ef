// Reads a stored trend, validated.

import { readFile } from 'node:fs/promises';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { type Trend, trendFormatVersion, trendSchema } from './trend-schema.ts';

const corrupt = (message: string): MettleError =>
  new MettleError({
    code: 'RECORD_CORRUPT',
    message,
    hint: 'Read it with the version of Mettle that wrote it, or make the trend again.',
    exitCode: exitCodes.usage,
  });

/** Throws MettleError RECORD_CORRUPT (exit code 2). */
export async function readTrend(file: string): Promise<Trend> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw corrupt(`${file} cannot be read: ${messageOf(error)}`);
  }
  const trend = trendSchema.safeParse(document);
  if (trend.success) return trend.data;
  const issue = trend.error.issues[0];
  throw corrupt(
    `${file}: not a trend of format version ${trendFormatVersion}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
