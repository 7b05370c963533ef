// A stretch in which nothing was offered is no gap in what is counted per time: throughput, rate and count are 0 in it.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { RunData } from '../../../src/record/data.ts';
import type { SloRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, type SliceContent, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const seconds = 25;

const twenty: SliceContent = { okMicros: repeated(20, 5_000) };

/** A slice for each second that has anything. */
const slicesOf = (series: string, content: (n: number) => SliceContent | null): Slice[] =>
  Array.from({ length: seconds }, (_, n) => ({ n, held: content(n) })).flatMap(({ n, held }) =>
    held === null ? [] : [sliceOf(series, n * second, (n + 1) * second, held)],
  );

/** 25 s with a fault from 10 s to 15 s. */
const runWith = (...slices: readonly Slice[]): RunData =>
  runDataOf({
    slices,
    series: ['login', 'query'].map((name) => ({ name })),
    elapsedMicros: seconds * second,
    phases: [
      { name: 'steady', startMicros: 0, endMicros: 10 * second },
      { name: 'fault:cut', startMicros: 10 * second, endMicros: 15 * second },
      { name: 'steady', startMicros: 15 * second, endMicros: seconds * second },
    ],
    faults: [{ id: 'cut', effectAtMicros: 10 * second, clearedAtMicros: 15 * second }],
  });

const judge = (text: string, data: RunData): SloRecord =>
  evaluatePromises([{ text, severity: 'fail' }], data)[0]!;

const untilTwenty = slicesOf('query', (n) => (n < 20 ? twenty : null));
const hung = runWith(...untilTwenty);

describe('a stretch in which nothing was offered', () => {
  test.each(['count(query) > 95 over 5s', 'throughput(query) > 10/s over 5s', 'rate(query) > 10/s over 5s'])(
    'breaks %s',
    (text) => {
      const judged = judge(text, hung);
      expect(judged).toMatchObject({ status: 'fail', value: 0, samples: 0 });
      expect(judged.reason).toContain('1 of 5 stretches of 5s broken, the first from 20s to 25s');
    },
  );

  test.each(['count(query) < 500 over 5s', 'throughput(query) < 21/s over 5s', 'rate(query) < 21/s over 5s'])(
    'keeps %s',
    (text) => {
      expect(judge(text, hung).status).toBe('pass');
    },
  );

  test('breaks what is promised of all steps together', () => {
    expect(judge('throughput > 5/s', hung)).toMatchObject({ status: 'pass', value: 16 });
    expect(judge('throughput > 5/s over 10s', hung)).toMatchObject({ status: 'fail', value: 0 });
  });

  test('breaks what is promised of a later step, though an earlier one was offered all the time', () => {
    const both = runWith(...slicesOf('login', () => twenty), ...untilTwenty);
    expect(judge('throughput(query) > 5/s over 5s', both)).toMatchObject({ status: 'fail', value: 0 });
    expect(judge('throughput(login) > 5/s over 5s', both).status).toBe('pass');
  });

  test('has the answers that ended in it, and the steps that began in it', () => {
    const late = slicesOf('query', (n) => (n < 20 ? null : { okEnded: 12, begun: 13 }));
    const ended = runWith(...untilTwenty, ...late);
    expect(judge('throughput(query) > 11/s over 5s', ended).status).toBe('pass');
    expect(judge('throughput(query) > 12.5/s over 5s', ended)).toMatchObject({ status: 'fail', value: 12 });
    expect(judge('rate(query) > 12.5/s over 5s', ended).status).toBe('pass');
    expect(judge('rate(query) > 14/s over 5s', ended)).toMatchObject({ status: 'fail', value: 13 });
  });

  test('says nothing of shares, nor of a phase that it has no part of', () => {
    expect(judge('error_rate(query) < 5% over 5s', hung).status).toBe('pass');
    expect(judge('throughput(query) > 10/s during fault:cut over 5s', hung).status).toBe('pass');
  });

  test('is not all there is: nothing offered over the whole leaves no value', () => {
    expect(judge('throughput(query) < 5/s over 5s', runWith()).status).toBe('invalid');
    const without = runWith(...slicesOf('query', (n) => (n < 10 ? twenty : null)));
    expect(judge('throughput(query) < 5/s during fault:cut over 5s', without).status).toBe('invalid');
  });
});

test('a stall over a whole stretch is no record that does not say what was started when', () => {
  // What is due from 20 s on begins only after the load.
  const stalled = slicesOf('query', (n) => (n < 20 ? twenty : { ...twenty, begun: 0 }));
  const judged = judge('rate(query) > 10/s over 5s', runWith(...stalled));
  expect(judged).toMatchObject({ status: 'fail', value: 0 });
  expect(judged.reason).toContain('from 20s to 25s');
  const old = slicesOf('query', () => ({ ...twenty, begun: 0 }));
  expect(judge('rate(query) < 30/s over 5s', runWith(...old))).toMatchObject({
    status: 'invalid',
    reason: 'this record does not say what was started when',
  });
});
