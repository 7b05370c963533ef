// The noise floor that later comparisons are shown beside: found by the traits of their runs, kept after `mettle aa`.

import { traitsOf } from '../compare/comparable.ts';
import { openStateFolder, stateFolderPath } from '../faults/state-folder.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Noise } from '../record/noise-schema.ts';
import { readNoise, writeNoise } from '../record/noise-store.ts';

const dayMs = 86_400_000;
/** A machine changes: updates, neighbours, what else runs on it. */
const freshDays = 30;

/** One sentence for a noise floor that is older than a month; null: it is not. `now`: ISO 8601. */
export function ageOfNoise({ measuredAt }: Pick<Noise, 'measuredAt'>, now: string): string | null {
  const days = Math.floor((Date.parse(now) - Date.parse(measuredAt)) / dayMs);
  return days > freshDays
    ? `the noise floor of this scenario was measured ${days} days ago: \`mettle aa\` measures it again`
    : null;
}

type Comparable = Parameters<typeof traitsOf>[0];
type Say = (line: string) => void;

/** Null when nobody measured it. Never rejects: what is wrong with the stored one is said in one sentence. */
export async function storedNoise(
  run: Comparable,
  say: Say,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Noise | null> {
  try {
    return await readNoise(stateFolderPath(environment), traitsOf(run), say);
  } catch (error) {
    say(`the noise floor cannot be read: ${messageOf(error)}`);
    return null;
  }
}

/** The same for a comparison that is to be shown beside it: also says when it is old. */
export async function knownNoise(
  run: Comparable,
  say: Say,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Noise | null> {
  const noise = await storedNoise(run, say, environment);
  const age = noise === null ? null : ageOfNoise(noise, new Date().toISOString());
  if (age !== null) say(age);
  return noise;
}

/** Why it could not be kept, one sentence; null: it is. */
export async function keepNoise(
  noise: Noise,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  try {
    await writeNoise(await openStateFolder(stateFolderPath(environment)), noise);
    return null;
  } catch (error) {
    return `later comparisons will not know of it, because it cannot be kept: ${messageOf(error)}`;
  }
}
