// Detection and recovery on timelines of known answers: one letter is one second.

import { describe, expect, test } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import { gatesOf, recoveredAtMicros, steadyStateOf } from '../../../src/slo/gates.ts';
import { faultTimelineOf } from '../../../src/slo/recovery.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { second, slicesAt } from '../../support/timelines.ts';

const effectAt = 5_300_000;
const promises = [{ text: 'error_rate(query) < 5%', severity: 'fail' as const }];
const gates = gatesOf(promises);

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
      'empty seconds between bad ones do not separate them: users that hang have nothing due',
      'x--x.',
      '.....',
      { detection: 0, recovery: 0, impact: true, relapsed: false },
    ],
    [
      'one second that chance explains among many is no impact',
      '..5..',
      '.....',
      { detection: null, recovery: 0, impact: false, relapsed: false },
    ],
    [
      'two of them in a row are more than chance',
      '..55.',
      '.....',
      { detection: 2, recovery: 0, impact: true, relapsed: false },
    ],
    [
      'shows only once it was cleared',
      '.....',
      '.xx....',
      { detection: 6, recovery: 3, impact: true, relapsed: false },
    ],
    [
      'relapses twice',
      'xxxx',
      '...xx...xx....',
      { detection: 0, recovery: 10, impact: true, relapsed: true },
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

describe('the last window may be shorter', () => {
  const clearedAt = effectAt + 4 * second;
  const ending = (letters: string, lastBad: boolean) => {
    const lastAt = clearedAt + letters.length * second;
    const untilMicros = lastAt + 400_000;
    const last = lastBad ? { wrongMicros: repeated(8, 10_000) } : { okMicros: repeated(8, 10_000) };
    const slices = [
      ...slicesAt(effectAt, 'xxxx'),
      ...slicesAt(clearedAt, letters),
      sliceOf('query', lastAt, untilMicros, last),
    ];
    const times = { effectAtMicros: effectAt, clearedAtMicros: clearedAt, untilMicros };
    return faultTimelineOf(slices, gates, times);
  };

  test('and makes no stretch of 3 s with two whole ones', () => {
    expect(ending('x..', false).recoveredAtMicros).toBeNull();
    expect(ending('x...', false).recoveredAtMicros).toBe(clearedAt + second);
  });

  test('and makes a relapse with a bad one before it, not alone', () => {
    expect(ending('...', true)).toMatchObject({ recoveredAtMicros: clearedAt, relapsed: false });
    expect(ending('...x', true)).toMatchObject({ recoveredAtMicros: null, relapsed: true });
  });
});

test('a fault that lasts to the end of the load is detected, and never recovered from', () => {
  const times = { effectAtMicros: effectAt, clearedAtMicros: effectAt + 3 * second };
  const found = faultTimelineOf(slicesAt(effectAt, 'xxx'), gates, {
    ...times,
    untilMicros: times.clearedAtMicros,
  });
  expect(found).toMatchObject({ detectedAtMicros: effectAt, recoveredAtMicros: null, samplesAfterClear: 0 });
});

test('nothing during the fault cannot show that there was no impact', () => {
  expect(timeline('----', '.....').impact).toBe(true);
});

test('an outage too thin for any window to be significant is not taken for health', () => {
  // One request a second: P(Bin(1, 5 %) ≥ 1) is 5 %, so no single window is significantly broken.
  const one = (at: number): Slice => sliceOf('query', at, at + second, { wrongMicros: [1_000] });
  const slices = Array.from({ length: 60 }, (_, index) => one(effectAt + index * second));
  const times = {
    effectAtMicros: effectAt,
    clearedAtMicros: effectAt + 20 * second,
    untilMicros: effectAt + 60 * second,
  };
  expect(faultTimelineOf(slices, gates, times)).toMatchObject({
    ...{ impact: true, recoveredAtMicros: null, detectedAtMicros: effectAt },
  });
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
