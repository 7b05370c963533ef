// noise.json and noise.md in the folder of a comparison of a variant with itself; the latter is made of the former.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Comparison } from '../compare/schema.ts';
import { errnoOf, messageOf, MettleError } from '../kernel/errors.ts';
import { writeFileAtomic } from '../record/atomic.ts';
import { type Noise, noiseSchema } from '../record/noise-schema.ts';
import { formatDocument } from '../record/store.ts';
import { noiseMarkdown } from '../report/noise-markdown.ts';

const names = { document: 'noise.json', report: 'noise.md' } as const;

/** Throws RECORD_UNWRITABLE. Returns the path of noise.md. */
export async function writeNoiseReport(
  folder: string,
  noise: Noise,
  comparison: Comparison,
): Promise<string> {
  const path = join(folder, names.report);
  await writeFileAtomic(join(folder, names.document), formatDocument(noise));
  await writeFileAtomic(path, noiseMarkdown(noise, comparison));
  return path;
}

/** Makes noise.md again where there is a noise.json. Throws RECORD_CORRUPT (exit code 2). */
export async function renderNoiseAgain(folder: string, comparison: Comparison): Promise<void> {
  const file = join(folder, names.document);
  let noise: Noise;
  try {
    noise = noiseSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw new MettleError({
      code: 'RECORD_CORRUPT',
      message: `${file} is no noise floor that can be read: ${messageOf(error).split('\n')[0] ?? ''}`,
      hint: 'Remove it to make the other reports again.',
      cause: error,
    });
  }
  await writeFileAtomic(join(folder, names.report), noiseMarkdown(noise, comparison));
}
