// Where noise floors are kept: one file for each set of comparable runs; a newer one takes its place.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../kernel/json.ts';
import { errnoOf, messageOf } from '../kernel/errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { makeFolder } from './make-folder.ts';
import { type Noise, noiseSchema } from './noise-schema.ts';

type Traits = Noise['traits'];

function fileOf(stateFolder: string, traits: Traits): string {
  const hash = createHash('sha256').update(canonicalJson(traits)).digest('hex');
  return join(stateFolder, 'noise', `${hash.slice(0, 32)}.json`);
}

/**
 * The noise floor of runs with these traits; null when nobody measured it. Never throws: of a file that cannot be read or
 * is not what it should be `say` gets one sentence, and it counts as none.
 */
export async function readNoise(
  stateFolder: string,
  traits: Traits,
  say: (line: string) => void = () => undefined,
): Promise<Noise | null> {
  const file = fileOf(stateFolder, traits);
  try {
    const found = noiseSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!found.success) {
      say(`${file} is no noise floor of this version of Mettle: it is left out`);
      return null;
    }
    if (canonicalJson(found.data.traits) === canonicalJson(traits)) return found.data;
    say(`${file} is the noise floor of other runs: it is left out`);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') say(`${file} cannot be read, and is left out: ${messageOf(error)}`);
  }
  return null;
}

/** `stateFolder` exists and belongs to this user alone. Throws RECORD_UNWRITABLE or what making a folder throws. */
export async function writeNoise(stateFolder: string, noise: Noise): Promise<void> {
  makeFolder(join(stateFolder, 'noise'), 0o700);
  await writeFileAtomic(fileOf(stateFolder, noise.traits), `${JSON.stringify(noise, null, 2)}\n`);
}
