// A promise with a window holds in every stretch, by the same rules as over the whole; too few samples say nothing.

import { expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { SloRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;

/** `count` due in each second; so many of them fail in second `n`. */
const slices = (seconds: number, count: number, badIn: (n: number) => number): Slice[] =>
  Array.from({ length: seconds }, (_, n) =>
    sliceOf('query', n * second, (n + 1) * second, {
      okMicros: repeated(count - badIn(n), 5_000),
      wrongMicros: repeated(badIn(n), 5_000),
    }),
  );

function judged(text: string, window: number, given: readonly Slice[], warmup = 0): SloRecord | undefined {
  const data = runDataOf({ slices: given });
  const load = { ...data.run.load, warmupMicros: warmup * second };
  const phases = [
    ...(warmup === 0 ? [] : [{ name: 'warmup', startMicros: 0, endMicros: warmup * second }]),
    { name: 'steady', startMicros: warmup * second, endMicros: load.elapsedMicros },
  ];
  const run = { ...data.run, load, phases };
  const promise = { text, severity: 'fail', windowMicros: window * second } as const;
  return evaluatePromises([promise], { run, slices: data.slices })[0];
}

test('one bad stretch breaks what holds over the whole, and is named', () => {
  const given = slices(60, 20, (n) => (n >= 20 && n < 24 ? 5 : 0));
  expect(judged('error_rate < 5%', 60, given)?.status).toBe('pass');
  const broken = judged('error_rate < 5%', 10, given);
  expect(broken).toMatchObject({ status: 'fail', value: 0.1, samples: 200 });
  expect(broken?.reason).toMatch(
    /^1 of 6 stretches of 10s broken, the first from 20s to 30s: error_rate is 10%/,
  );
});

test('stretches begin at the end of the warm-up, and nothing of it counts', () => {
  const given = slices(35, 20, (n) => (n < 5 ? 20 : 0));
  expect(judged('error_rate < 5%', 10, given, 5)).toMatchObject({ status: 'pass', samples: 600 });
  const late = slices(35, 20, (n) => (n >= 14 && n < 16 ? 10 : 0));
  // Ten of 200 in each of two stretches, where one alone would have had 20.
  expect(judged('error_rate <= 5%', 10, late, 5)?.status).toBe('pass');
  expect(judged('error_rate <= 5%', 10, late)?.status).toBe('fail');
});

test('a stretch with too few samples says nothing; when all have, the promise cannot be judged', () => {
  const thin = slices(60, 1, () => 0);
  // 5 % of 10 is less than one.
  expect(judged('error_rate < 5%', 10, thin)).toMatchObject({ status: 'invalid' });
  expect(judged('error_rate < 5%', 10, thin)?.reason).toMatch(/^no stretch of 10s could be judged: /);
  expect(judged('error_rate < 5%', 30, thin)?.status).toBe('pass');
});

test('a promise that is broken over the whole is told as that', () => {
  const given = slices(20, 20, () => 10);
  expect(judged('error_rate < 5%', 10, given)?.reason).toMatch(/^error_rate is 50%/);
});
