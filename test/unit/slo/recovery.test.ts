// Detection, recovery and deficit on timelines of known answers: one letter is one second.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { gatesOf, recoveredAtMicros, steadyStateOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf } from '../../../src/slo/recovery.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const effectAt = 5_300_000;
const promises = [{ text: 'error_rate(query) < 5%', severity: 'fail' as const }];
const gates = gatesOf(promises);

/** `.` 20 good · `x` 20 bad · `h` 10 of each · `1` 1 bad of 20 · `-` nothing · `s` 20 slow (2 s) but good */
const contents: Record<string, Parameters<typeof sliceOf>[3]> = {
  '.': { okMicros: repeated(20, 10_000) },
  x: { wrongMicros: repeated(20, 10_000) },
  h: { okMicros: repeated(10, 10_000), wrongMicros: repeated(10, 10_000) },
  '1': { okMicros: repeated(19, 10_000), wrongMicros: repeated(1, 10_000) },
  s: { okMicros: repeated(20, 2_000_000) },
  '-': {},
};

const slicesAt = (fromMicros: number, letters: string, series = 'query'): Slice[] =>
  Array.from(letters, (letter, index) =>
    sliceOf(series, fromMicros + index * second, fromMicros + (index + 1) * second, contents[letter]!),
  );

function timeline(
  during: string,
  after: string,
): ReturnType<typeof faultTimelineOf> & { recovery: number | null; detection: number | null } {
  const clearedAt = effectAt + during.length * second;
  const slices = [...slicesAt(0, '.....'), ...slicesAt(effectAt, during), ...slicesAt(clearedAt, after)];
  const times = {
    effectAtMicros: effectAt,
    clearedAtMicros: clearedAt,
    untilMicros: clearedAt + after.length * second,
  };
  const found = faultTimelineOf(slices, gates, times);
  const seconds = (at: number | null, from: number): number | null =>
    at === null ? null : (at - from) / second;
  return {
    ...found,
    recovery: seconds(found.recoveredAtMicros, clearedAt),
    detection: seconds(found.detectedAtMicros, effectAt),
  };
}

describe('a timeline has the answer that can be read off it', () => {
  test.each([
    ['never bad', '.....', '.....', { detection: null, recovery: 0, impact: false, relapsed: false }],
    ['recovers at once', '.xxxx', '.....', { detection: 1, recovery: 0, impact: true, relapsed: false }],
    [
      'recovers after two seconds',
      'xxxx',
      'xx.....',
      { detection: 0, recovery: 2, impact: true, relapsed: false },
    ],
    [
      'recovered before the fault ended',
      '.xx..',
      '.....',
      { detection: 1, recovery: 0, impact: true, relapsed: false },
    ],
    ['never recovers', 'xxxx', 'xxxxxx', { detection: 0, recovery: null, impact: true, relapsed: false }],
    [
      'flaps: no stretch of three good seconds',
      'xxxx',
      '..x..x..x',
      { detection: 0, recovery: null, impact: true, relapsed: false },
    ],
    [
      'a single bad second is no detection',
      '.x.x.',
      '.....',
      { detection: null, recovery: 0, impact: true, relapsed: false },
    ],
    [
      'relapses after a good stretch',
      'xxxx',
      '...xx....',
      { detection: 0, recovery: 5, impact: true, relapsed: true },
    ],
    [
      'relapses and stays down',
      'xxxx',
      '....xxxx',
      { detection: 0, recovery: null, impact: true, relapsed: true },
    ],
    [
      'one bad second after recovery is no relapse',
      'xxxx',
      '...x...',
      { detection: 0, recovery: 0, impact: true, relapsed: false },
    ],
    [
      'an empty second breaks a stretch',
      'xxxx',
      '..-...',
      { detection: 0, recovery: 3, impact: true, relapsed: false },
    ],
    [
      'empty seconds are not bad',
      '-----',
      '.....',
      { detection: null, recovery: 0, impact: true, relapsed: false },
    ],
    [
      'half of the answers bad is no recovery',
      'xxxx',
      'hhhhhh',
      { detection: 0, recovery: null, impact: true, relapsed: false },
    ],
    [
      'at its allowance it is recovered',
      'xxxx',
      '111111',
      { detection: 0, recovery: 0, impact: true, relapsed: false },
    ],
    [
      'only two seconds are left',
      'xxxx',
      '..',
      { detection: 0, recovery: null, impact: true, relapsed: false },
    ],
  ])('%s', (_name, during, after, expected) => {
    expect(timeline(during, after)).toMatchObject(expected);
  });
});

test('nothing during the fault cannot show that there was no impact', () => {
  expect(timeline('----', '.....').impact).toBe(true);
});

test('an outage too thin for any window to be significant is not taken for health', () => {
  // One request a second: P(Bin(1, 5 %) ≥ 1) is 5 %, so no single window is significantly broken.
  const one = (at: number, bad: boolean): Slice =>
    sliceOf('query', at, at + second, bad ? { wrongMicros: [1_000] } : { okMicros: [1_000] });
  const slices = Array.from({ length: 60 }, (_, index) => one(effectAt + index * second, true));
  const times = {
    effectAtMicros: effectAt,
    clearedAtMicros: effectAt + 20 * second,
    untilMicros: effectAt + 60 * second,
  };
  expect(faultTimelineOf(slices, gates, times)).toMatchObject({ impact: true, recoveredAtMicros: null });
});

test('a pooled promise looks at every step and at no flow', () => {
  const pooled = gatesOf([{ text: 'error_rate < 5%', severity: 'fail' }]);
  const times = { effectAtMicros: 0, clearedAtMicros: 4 * second, untilMicros: 9 * second };
  const steps = [...slicesAt(0, '.........', 'a'), ...slicesAt(0, 'xxxxx....', 'b')];
  expect(faultTimelineOf(steps, pooled, times).recoveredAtMicros).toBe(5 * second);
  const flows = [...slicesAt(0, '.........', 'a'), ...slicesAt(0, 'xxxxx....', 'flow:b')];
  expect(faultTimelineOf(flows, pooled, times).impact).toBe(false);
});

test('a latency promise sees slow answers as bad', () => {
  const slow = gatesOf([{ text: 'p95(query) < 1s', severity: 'fail' }]);
  const times = { effectAtMicros: 0, clearedAtMicros: 4 * second, untilMicros: 10 * second };
  expect(faultTimelineOf(slicesAt(0, 'sssss.....'), slow, times).recoveredAtMicros).toBe(5 * second);
});

test('an answer at the very limit is bad for `<` and good for `<=`', () => {
  const slice = sliceOf('query', 0, second, { okMicros: repeated(20, 1_000) });
  const bad = (text: string): number | undefined =>
    gatesOf([{ text, severity: 'fail' }])[0]?.count(slice.counts, slice.histograms).bad;
  expect(bad('p95(query) < 1ms')).toBe(20);
  expect(bad('p95(query) <= 1ms')).toBe(0);
});

test('only steady promises of severity fail are gates', () => {
  const texts = gatesOf([
    { text: 'error_rate(query) < 5%', severity: 'fail' },
    { text: 'p95(query) < 1s during steady', severity: 'fail' },
    { text: 'p95(query) < 9s during fault:x', severity: 'fail' },
    { text: 'p99(query) < 1s', severity: 'warn' },
    { text: 'mean(query) < 1s', severity: 'fail' },
    { text: 'error_rate(query) > 5%', severity: 'fail' },
  ]).map((gate) => gate.text);
  expect(texts).toEqual(['error_rate(query) < 5%', 'p95(query) < 1s during steady']);
});

test('the run learns when a recovery phase ends, and nothing without steady promises', () => {
  const clearedAt = effectAt + 4 * second;
  const slices = [...slicesAt(effectAt, 'xxxx'), ...slicesAt(clearedAt, 'x....')];
  const times = { effectAtMicros: effectAt, clearedAtMicros: clearedAt, untilMicros: clearedAt + 5 * second };
  expect(recoveredAtMicros(slices, promises, times)).toBe(clearedAt + second);
  expect(recoveredAtMicros(slices, [], times)).toBeNull();
});

test('a steady promise is called broken before a fault only on 20 samples', () => {
  const few = sliceOf('query', 0, second, { wrongMicros: repeated(19, 1_000) });
  const enough = sliceOf('query', 0, second, { wrongMicros: repeated(20, 1_000) });
  expect(steadyStateOf([few], promises)?.broken).toBeNull();
  expect(steadyStateOf([enough], promises)?.broken).toBe('error_rate(query) < 5%');
  expect(steadyStateOf([...slicesAt(0, '1111')], promises)?.broken).toBeNull();
});

describe('judged as promises', () => {
  const all = [
    ...promises,
    ...['recovery(slow) < 3s', 'detection(slow) < 2s', 'deficit(slow) < 50'].map((text) => ({
      text,
      severity: 'fail' as const,
    })),
  ];
  const judged = (
    during: string,
    after: string,
    faults: NonNullable<Parameters<typeof runDataOf>[0]['faults']> = [],
    drainMicros = 0,
  ) => {
    const clearedAt = effectAt + during.length * second;
    const endMicros = clearedAt + after.length * second;
    const data = runDataOf({
      slices: [
        ...slicesAt(0, '.....'),
        sliceOf('query', 5 * second, effectAt, { okMicros: repeated(6, 10_000) }),
        ...slicesAt(effectAt, during),
        ...slicesAt(clearedAt, after),
      ],
      phases: [
        { name: 'steady', startMicros: 0, endMicros: effectAt },
        { name: 'fault:slow', startMicros: effectAt, endMicros: clearedAt },
        { name: 'recovery:slow', startMicros: clearedAt, endMicros: endMicros + drainMicros },
      ],
      elapsedMicros: endMicros,
      faults: [{ id: 'slow', effectAtMicros: effectAt, clearedAtMicros: clearedAt }, ...faults],
    });
    return evaluatePromises(all, data).slice(1);
  };

  test('a recovery within its limit, its detection and what was lost', () => {
    const [recovery, detection, deficit] = judged('xxxx', 'xx.....');
    expect(recovery).toMatchObject({ status: 'pass', value: 2 * second, atLeast: false });
    expect(detection).toMatchObject({ status: 'pass', value: 0 });
    expect(deficit).toMatchObject({ status: 'fail', unit: 'count' });
    expect(deficit?.value).toBeCloseTo(6 * 20, 6);
  });

  test('not recovered is a lower bound, and fails even below the limit', () => {
    const [recovery, , deficit] = judged('xxxx', 'xx');
    expect(recovery).toMatchObject({ status: 'fail', value: 2 * second, atLeast: true });
    expect(deficit).toMatchObject({ status: 'fail', atLeast: true });
  });

  test('nothing is missing, and nothing takes longer, once nothing is offered any more', () => {
    const values = (drainMicros: number) => judged('xxxx', 'xx', [], drainMicros).map(({ value }) => value);
    expect(values(8 * second)).toEqual(values(0));
  });

  test('no impact recovers in 0 s and leaves nothing to detect', () => {
    const [recovery, detection, deficit] = judged('.....', '.....');
    expect(recovery).toMatchObject({ status: 'pass', value: 0, reason: 'no impact' });
    expect(detection).toMatchObject({ status: 'not judged', value: null });
    expect(deficit).toMatchObject({ status: 'pass', value: 0 });
  });

  test('another fault active at the clear is confounded', () => {
    const [recovery] = judged('xxxx', '......', [
      { id: 'other', effectAtMicros: effectAt + second, clearedAtMicros: effectAt + 6 * second },
    ]);
    expect(recovery).toMatchObject({ status: 'invalid', value: null });
    expect(recovery?.reason).toContain('confounded');
  });

  test('a relapse is looked for only up to the next fault', () => {
    const [recovery] = judged('xxxx', '....xxxx', [
      { id: 'next', effectAtMicros: effectAt + 8 * second, clearedAtMicros: effectAt + 12 * second },
    ]);
    expect(recovery).toMatchObject({ status: 'pass', value: 0 });
  });

  test('nothing after the clear is invalid, never a pass', () => {
    expect(judged('xxxx', '-----')[0]).toMatchObject({ status: 'invalid', value: null });
    expect(judged('....', '')[0]).toMatchObject({ status: 'invalid', value: null });
  });

  test('a fault that was not injected is not judged', () => {
    const data = runDataOf({
      slices: slicesAt(0, '.....'),
      faults: [{ id: 'slow', status: 'not injected', note: 'already broken' }],
    });
    for (const entry of evaluatePromises(all, data).slice(1)) {
      expect(entry).toMatchObject({ status: 'not judged', value: null });
      expect(entry.reason).toContain('already broken');
    }
  });

  test('without a steady promise there is nothing to recover to', () => {
    const data = runDataOf({
      slices: slicesAt(0, '.....'),
      faults: [{ id: 'slow', effectAtMicros: second, clearedAtMicros: 2 * second }],
    });
    expect(evaluatePromises([{ text: 'recovery(slow) < 1s', severity: 'fail' }], data)[0]).toMatchObject({
      status: 'invalid',
    });
  });
});
