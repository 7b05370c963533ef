// How long a load entry lasts, whatever its model.

import type { LoadEntry } from './scenario.ts';

/** From its own start to its end, without its delay. */
export const entryMicros = (entry: LoadEntry): number =>
  entry.model === 'saturate'
    ? entry.forMicros
    : entry.stages.reduce((sum, { forMicros }) => sum + forMicros, 0);
