// Records of broadcasts: what rests on copies that never came is a lower bound, and the rest is not.

import { expect, test } from 'vitest';
import type { ObservedKind, SliceCounts } from '../../../src/measure/slice.ts';
import { seriesRecords } from '../../../src/run/assemble.ts';
import { broadcastNotes } from '../../../src/run/broadcast-bounds.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const info = {
  name: 'say',
  flow: 'main',
  kind: 'step',
  hasDueTime: true,
  timeoutMicros: 30_000_000,
} as const;
const timeout = 5_000_000;

function recordOf(observedMicros: Partial<Record<ObservedKind, number[]>>, tallies: SliceCounts['tallies']) {
  const slice = sliceOf('say', 0, 1_000_000, { okMicros: [100], observedMicros, tallies });
  const [record] = seriesRecords([info], [slice], [], 0);
  if (record === undefined) throw new Error('no record');
  return record.observedMicros;
}

test('with missing copies, figures at the timeout are lower bounds, others are exact', () => {
  const observed = recordOf(
    {
      delivery: [...repeated(9_400, 1_000), ...repeated(600, timeout)],
      fanoutFirst: repeated(100, 900),
      fanoutMedian: [...repeated(60, 1_000), ...repeated(40, timeout)],
      fanoutLast: repeated(100, timeout),
      ping: [timeout],
    },
    { published: 100, expected: 10_000, delivered: 9_400, missing: 600, incomplete: 100 },
  );
  expect(observed['delivery']?.atLeast).toEqual(['p95', 'p99', 'max', 'mean']);
  expect(observed['fanoutFirst']?.atLeast).toEqual([]);
  expect(observed['fanoutMedian']?.atLeast).toEqual(['max', 'mean']);
  expect(observed['fanoutLast']?.atLeast).toEqual(['p50', 'max', 'mean']);
  expect(observed['ping']?.atLeast).toEqual([]);
});

test('when every copy came, even one just in time, nothing is a bound', () => {
  const observed = recordOf(
    { delivery: [1_000, timeout], fanoutFirst: [1_000], fanoutMedian: [1_000], fanoutLast: [timeout] },
    { published: 1, expected: 2, delivered: 2 },
  );
  for (const latency of Object.values(observed)) expect(latency.atLeast).toEqual([]);
});

test('when subscribers left before their copies came, every figure of the broadcast is a lower bound', () => {
  const observed = recordOf(
    {
      delivery: repeated(250, 1_000),
      fanoutFirst: repeated(10, 900),
      fanoutMedian: repeated(10, 1_000),
      fanoutLast: repeated(10, 2_400),
      ping: [900],
    },
    { published: 10, expected: 250, delivered: 250, excused: 250 },
  );
  expect(observed['delivery']?.atLeast).toEqual(['p50', 'p95', 'max', 'mean']);
  // Figures that ten values are too few for are none, and no bounds either.
  for (const kind of ['fanoutFirst', 'fanoutMedian', 'fanoutLast'])
    expect(observed[kind]?.atLeast).toEqual(['max', 'mean']);
  expect(observed['ping']?.atLeast).toEqual([]);
});

test('the record says how many copies had not arrived when their subscribers left, and of which broadcasts', () => {
  const notes = broadcastNotes([
    { name: 'say', tallies: { expected: 250, delivered: 250, excused: 250 } },
    { name: 'shout', tallies: { expected: 250, delivered: 249, missing: 1 } },
    { name: 'whisper', tallies: { excused: 1 } },
    { name: 'get', tallies: {} },
  ]);
  expect(notes).toEqual([
    'say: 250 copies of broadcasts had not arrived when their subscribers left; if the server lost them, that is not among the missing, and the delivery and fan-out times are lower bounds',
    'whisper: 1 copy of broadcasts had not arrived when its subscriber left; if the server lost it, that is not among the missing, and the delivery and fan-out times are lower bounds',
  ]);
});
