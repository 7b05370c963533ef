// Broadcasts: copies that came, copies that did not, and copies of which nothing is known.

import { expect, test } from 'vitest';
import { evaluatePromises } from '../../../../src/slo/evaluate.ts';
import type { Operator } from '../../../../src/slo/expression.ts';
import { broadcastLoss } from '../../../../src/slo/metrics/broadcast-loss.ts';
import { broadcast } from '../../../../src/slo/metrics/broadcast.ts';
import { measuredSlice, measureOf, read, rising, statistic } from '../../../support/measured-slices.ts';
import { runDataOf } from '../../../support/run-record.ts';
import { repeated } from '../../../support/slices.ts';

type Content = Parameters<typeof measuredSlice>[2];
const timeoutMicros = 2_000_000;

const near = (value: number | null, expected: number): void => {
  expect((value ?? 0) / expected).toBeCloseTo(1, 2);
};

/** Ten messages to 20 subscribers; `missing` copies of the last message did not come, and count as the timeout. */
function said(missing: number, tallies: Content['tallies'] = {}): Content {
  const copies = [...rising(200 - missing), ...repeated(missing, timeoutMicros)];
  return {
    okMicros: repeated(10, 1_000),
    measured: {
      delivery: copies,
      fanoutFirst: repeated(10, 1_000),
      fanoutMedian: repeated(10, 50_000),
      fanoutLast: [
        ...repeated(missing > 0 ? 9 : 10, 190_000),
        ...repeated(missing > 0 ? 1 : 0, timeoutMicros),
      ],
    },
    tallies: {
      published: 10,
      expected: 200,
      delivered: 200 - missing,
      ...(missing > 0 ? { missing, incomplete: 1 } : {}),
      ...tallies,
    },
  };
}

const runOf = (content: Content) => runDataOf({ slices: [measuredSlice('say', 0, content)] });
const of = (metric: string, name?: string) =>
  measureOf(metric, { subject: 'say', argument: name === undefined ? null : statistic(name) });

test('each copy is a sample; missing ones rank above all that came', () => {
  near(read(runOf(said(0)), of('broadcast')).value, 190_000);
  expect(read(runOf(said(0)), of('broadcast', 'max'))).toMatchObject({ atLeast: false, samples: 200 });
  near(read(runOf(said(10)), of('broadcast')).value, 190_000);
  expect(read(runOf(said(10)), of('broadcast'))).toMatchObject({ atLeast: false });
  const lossy = read(runOf(said(11)), of('broadcast'));
  near(lossy.value, timeoutMicros);
  expect(lossy).toMatchObject({ atLeast: true, samples: 200 });
});

test('the first, the median and the last subscriber of each message', () => {
  near(read(runOf(said(0)), of('fanout_first', 'max')).value, 1_000);
  near(read(runOf(said(0)), of('fanout_median', 'p50')).value, 50_000);
  near(read(runOf(said(0)), of('fanout_last', 'max')).value, 190_000);
  expect(read(runOf(said(3)), of('fanout_median', 'max'))).toMatchObject({ atLeast: false, samples: 10 });
  const last = read(runOf(said(3)), of('fanout_last', 'max'));
  near(last.value, timeoutMicros);
  expect(last.atLeast).toBe(true);
  expect(read(runOf(said(3)), of('fanout_last', 'p50'))).toMatchObject({ atLeast: false });
});

test('excused copies leave open what they could change', () => {
  const data = runOf(said(0, { excused: 11 }));
  const reading = read(data, of('broadcast'));
  expect(reading.undecided?.(250_000)).toBe('11 copies had not come when their subscribers were cut off');
  expect(reading.undecided?.(150_000)).toBeNull();
  expect(read(data, of('broadcast', 'p50')).undecided?.(250_000)).toBeNull();
  // Of which messages they are copies is not known: any figure of the fan-out may be larger.
  expect(read(data, of('fanout_first', 'mean')).undecided?.(250_000)).toContain('11 copies');
  expect(read(data, of('broadcast'), null)).toMatchObject({ atLeast: true });
});

test('excused copies leave a mean open where no missing one tells how long is waited', () => {
  const alike = (excused: number): Content => ({
    okMicros: [1_000],
    measured: { delivery: repeated(20, 5_000), fanoutLast: [5_000] },
    tallies: { published: 1, expected: 20, delivered: 20, excused },
  });
  const status = (content: Content) =>
    evaluatePromises([{ text: 'broadcast(say, mean) < 20ms', severity: 'fail' }], runOf(content))[0]?.status;
  expect(status(alike(0))).toBe('pass');
  expect(status(alike(999))).toBe('invalid');
  expect(read(runOf(alike(999)), of('broadcast', 'mean'), null)).toMatchObject({ atLeast: true });
  // One that is missing waited as long as any: 2 s among 200 are 10 ms more.
  const known = read(runOf(said(1, { excused: 1 })), of('broadcast', 'mean'));
  expect(known.undecided?.(1_000_000)).toBeNull();
});

test('loss is the share of missing among the expected copies', () => {
  expect(read(runOf(said(10)), of('broadcast_loss'))).toMatchObject({ value: 0.05, samples: 200 });
  expect(read(runOf(said(0)), of('broadcast_loss'))).toMatchObject({ value: 0, note: null });
  // Had all excused ones been missing it were 15 of 205.
  const open = read(runOf(said(10, { excused: 5 })), of('broadcast_loss'));
  expect(open.value).toBe(0.05);
  expect(open.undecided?.(0.06)).toContain('5 copies');
  expect(open.undecided?.(0.08)).toBeNull();
  expect(open.undecided?.(0.04)).toBeNull();
  expect(broadcastLoss.tooFew(of('broadcast_loss'), 99, 0.01)).toContain('at least 100 samples');
  expect(broadcastLoss.tooFew(of('broadcast_loss'), 100, 0.01)).toBeNull();
});

test('just the limit, it is by the operator that excused copies leave something open', () => {
  // 20 of 200 are 10 %; with the five 25 of 205.
  const data = runOf(said(20, { excused: 5 }));
  const open = (operator: Operator | null) => read(data, of('broadcast_loss'), operator).undecided?.(0.1);
  expect(open('<=')).toContain('5 copies');
  expect(open('>')).toContain('5 copies');
  expect(open('<')).toBeNull();
  expect(open('>=')).toBeNull();
  expect(open(null)).toContain('5 copies');
  const judged = (text: string) => evaluatePromises([{ text, severity: 'fail' }], data)[0]?.status;
  expect(judged('broadcast_loss(say) <= 10%')).toBe('invalid');
  expect(judged('broadcast_loss(say) < 10%')).toBe('fail');
  expect(judged('broadcast_loss(say) <= 13%')).toBe('pass');
});

test('none is a value only where a copy was expected', () => {
  const full = runOf(said(0, { duplicate: 3, outOfOrder: 2 }));
  expect(read(full, of('duplicates'))).toMatchObject({ value: 3, samples: 200 });
  expect(read(full, of('out_of_order'))).toMatchObject({ value: 2, samples: 200 });
  expect(read(runOf(said(0)), of('duplicates'))).toMatchObject({ value: 0, samples: 200 });
  const alone = runOf({ okMicros: [1], tallies: { published: 1 } });
  for (const metric of ['duplicates', 'out_of_order', 'broadcast_loss', 'broadcast', 'fanout_last'])
    expect(read(alone, of(metric))).toMatchObject({ value: null });
  const none = runOf({ okMicros: [1] });
  expect(read(none, of('broadcast')).note).toBe('no data: nothing was broadcast');
});

test('several steps that broadcast are not pooled: each has a timeout of its own', () => {
  const data = runDataOf({
    slices: [measuredSlice('say', 0, said(0)), measuredSlice('shout', 0, said(0))],
  });
  expect(read(data, measureOf('broadcast')).note).toBe('several steps broadcast (say, shout …): name one');
  expect(read(data, measureOf('broadcast_loss'))).toMatchObject({ value: 0, samples: 400 });
});

test('more than ten missing or slow copies are certain; seconds are not judged by it', () => {
  const { counts, histograms } = measuredSlice('say', 0, said(11));
  const bad = (limit: number) => broadcast.allowance(of('broadcast'), '<', limit)?.count(counts, histograms);
  expect(bad(1_000_000)).toEqual({ bad: 11, total: 200 });
  expect(bad(5_000_000)).toEqual({ bad: 11, total: 200 });
  expect(bad(180_001)).toEqual({ bad: 20, total: 200 });
  expect(broadcast.allowance(of('broadcast'), '<', 1_000_000)?.gates).toBe(false);
  // 1 − 0.9 is a little less than 0.1.
  expect(broadcast.allowance(of('broadcast', 'p90'), '<', 1_000_000)?.share).toBe(0.1);
});
