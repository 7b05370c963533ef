// The noise floor stands beside the metrics of comparable runs only.

import { expect, test } from 'vitest';
import { traitsOf } from '../../../src/compare/comparable.ts';
import { noiseBeside } from '../../../src/compare/noise-beside.ts';
import { type Noise, noiseFormatVersion } from '../../../src/record/noise-schema.ts';
import { pairsOf } from '../../support/pairs.ts';
import { repeated } from '../../support/slices.ts';

const same = () => ({ okMicros: repeated(200, 1_000) });
const pairs = pairsOf(6, same, same);
const noise = (changes: Partial<Noise> = {}): Noise => ({
  ...{ formatVersion: noiseFormatVersion, id: 'aa-1', measuredAt: '2026-01-01T00:00:00.000Z' },
  ...{ variant: 'after', pairs: 10, traits: traitsOf(pairs[0]!.before.run) },
  metrics: [
    {
      ...{
        metric: 'p95(query)',
        unit: 'µs',
        scale: 'log',
        estimate: 0,
        deviation: 0.02,
        outcome: 'no change',
      },
      ...{ comparisons: 1_024, falseAlarms: 12 },
      detectable: [
        { pairs: 6, change: 0.15 },
        { pairs: 10, change: 0.12 },
        { pairs: 16, change: 0.11 },
      ],
    },
  ],
  ...changes,
});

test('with what the most pairs that are no more than those at hand could show', () => {
  const beside = noiseBeside(noise(), pairs);
  expect(beside.noise).toEqual({
    id: 'aa-1',
    measuredAt: '2026-01-01T00:00:00.000Z',
    variant: 'after',
    pairs: 10,
  });
  expect(beside.notes).toEqual([]);
  expect(beside.of('p95(query)', 12)).toEqual({
    ...{ detectable: { pairs: 10, change: 0.12 }, comparisons: 1_024, falseAlarms: 12, repeated: null },
  });
  expect(beside.of('p95(query)', 6)?.detectable?.change).toBe(0.15);
  expect(beside.of('p95(query)', 5)?.detectable).toBeNull();
  expect(beside.of('p50(query)', 6)).toBeNull();
});

test('and of another machine or scenario it is left out, and said so', () => {
  const traits = { ...traitsOf(pairs[0]!.before.run), machine: 'x', scenario: 'y' };
  const beside = noiseBeside(noise({ traits }), pairs);
  expect(beside.noise).toBeNull();
  expect(beside.of('p95(query)', 6)).toBeNull();
  expect(beside.notes).toEqual(['the noise floor aa-1 is of another scenario, machine: it is left out']);
});

test('where nobody measured it nothing is said', () => {
  expect(noiseBeside(null, pairs)).toMatchObject({ noise: null, notes: [] });
  expect(noiseBeside(noise(), [])).toMatchObject({ noise: null, notes: [] });
});
