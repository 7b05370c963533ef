// Runs as words: one letter is one second of one series, twenty due in each.

import type { Slice } from '../../src/measure/slice.ts';
import type { FaultRecord } from '../../src/record/schema.ts';
import { repeated, type SliceContent, sliceOf } from './slices.ts';

export const second = 1_000_000;

/**
 * `.` 20 good · `x` 20 bad · `h` 10 of each · `1` 1 bad of 20 · `5` 5 bad of 20 · `-` nothing due · `s` 20 slow (2 s) but
 * good
 */
const contents: Readonly<Record<string, SliceContent>> = {
  '.': { okMicros: repeated(20, 10_000) },
  x: { wrongMicros: repeated(20, 10_000) },
  h: { okMicros: repeated(10, 10_000), wrongMicros: repeated(10, 10_000) },
  '1': { okMicros: repeated(19, 10_000), wrongMicros: repeated(1, 10_000) },
  '5': { okMicros: repeated(15, 10_000), wrongMicros: repeated(5, 10_000) },
  s: { okMicros: repeated(20, 2_000_000) },
  '-': {},
};

export const slicesAt = (fromMicros: number, letters: string, series = 'query'): Slice[] =>
  Array.from(letters, (letter, index) => {
    const content = contents[letter];
    if (content === undefined) throw new Error(`no second is called ${letter}`);
    return sliceOf(series, fromMicros + index * second, fromMicros + (index + 1) * second, content);
  });

/** In effect in the seconds [effect, cleared); null: it never was, or was not undone. */
export const faultIn = (
  id: string,
  effect: number | null,
  cleared: number | null,
  occurrence: number | null = null,
): FaultRecord =>
  ({
    ...{ id, occurrence, kind: 'latency', on: 'db', with: {}, status: 'undone', note: null },
    effectAtMicros: effect === null ? null : effect * second,
    clearedAtMicros: cleared === null ? null : cleared * second,
    ...{ fidelity: [], observation: null, steadyAfter: null },
  }) as unknown as FaultRecord;
