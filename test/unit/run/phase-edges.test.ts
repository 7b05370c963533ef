// Phases and slices are cut at the same microsecond: a phase that begins a fraction later would miss a whole slice.

import { expect, test } from 'vitest';
import { SliceGrid } from '../../../src/measure/slice-grid.ts';
import { playTimeline } from '../../../src/run/timeline.ts';
import type { ScheduledFault } from '../../../src/scenario/scenario.ts';

const scheduled: ScheduledFault = {
  id: 'slow',
  atMicros: 1_000_000,
  forMicros: 1_500_000,
  on: 'db',
  pick: null,
  fault: { kind: 'down' },
  inject: 'always',
  traffic: 'required',
};

test.each([0.2, 0.5, 0.8])(
  'a fault begins and ends with a slice when clocks tell %s of a microsecond',
  async (part) => {
    const grid = new SliceGrid(0);
    const told: (number | null)[] = [];
    const [played] = await playTimeline([scheduled], {
      clock: { nowMicros: () => 0, sleepUntil: () => Promise.resolve() },
      startAtMicros: 7_000_000.3,
      signal: new AbortController().signal,
      inject: () =>
        Promise.resolve({
          effectAtMicros: 8_019_517 + part,
          clear: () =>
            Promise.resolve({
              clearedAtMicros: 9_532_774 + part,
              status: 'undone',
              note: null,
              fidelity: [],
              traffic: { before: 1, during: 1, status: 'seen' },
              observation: null,
            }),
        }),
      steadyBroken: () => Promise.resolve(null),
      onEdge: (atMicros, kind) => grid.addEdge(atMicros, kind),
      onBegan: (_, atMicros) => told.push(atMicros),
      onEnded: (_, atMicros) => told.push(atMicros),
    });
    const { effectAtMicros, clearedAtMicros } = played ?? {};
    for (const edge of [effectAtMicros ?? NaN, clearedAtMicros ?? NaN]) expect(grid.startOf(edge)).toBe(edge);
    // What watches the run counts by the same edges, or the first second of the fault would be a steady one.
    expect(told).toEqual([effectAtMicros, clearedAtMicros]);
  },
);
