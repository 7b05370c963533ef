// What only counts as steady, because nobody knows when the target had recovered, is no yardstick for anything else.

import { expect, test } from 'vitest';
import { steadyGoodput } from '../../../src/slo/goodput.ts';
import { undisturbed } from '../../../src/slo/undisturbed.ts';
import { second, slicesAt } from '../../support/timelines.ts';

const phase = (name: string, from: number, to: number) => ({
  ...{ name, startMicros: from * second, endMicros: to * second },
});

const phases = [
  ...[phase('warmup', 0, 1), phase('steady', 1, 4), phase('fault:a', 4, 6)],
  ...[phase('recovery:a', 6, 10), phase('steady', 6, 10)],
];

test('what follows a fault is left out where it is a recovery as well', () => {
  expect(undisturbed(phases)).toEqual([{ startMicros: second, endMicros: 4 * second }]);
});

test('good answers per second are those of before', () => {
  expect(steadyGoodput(slicesAt(0, '....xxxxxx'), phases, 10 * second)).toBe(20);
});

test('what follows a recovery that is over is none the less', () => {
  const over = [phase('steady', 0, 4), phase('recovery:a', 6, 8), phase('steady', 8, 10)];
  expect(undisturbed(over)).toEqual([
    { startMicros: 0, endMicros: 4 * second },
    { startMicros: 8 * second, endMicros: 10 * second },
  ]);
});
