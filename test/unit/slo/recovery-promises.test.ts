// Detection, recovery and deficit as promises: what passes, what fails, and what cannot be judged.

import { describe, expect, test } from 'vitest';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { second, slicesAt } from '../../support/timelines.ts';

const effectAt = 5_300_000;
const promises = [{ text: 'error_rate(query) < 5%', severity: 'fail' as const }];

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

  test('bad seconds that are never two in a row are an impact of which nobody can tell when it showed', () => {
    const [recovery, detection] = judged('.x.x.', '.....');
    expect(recovery).toMatchObject({ status: 'pass', value: 0, reason: '± 1 s' });
    expect(detection).toMatchObject({ status: 'invalid', value: null });
    expect(detection?.reason).toContain('no two windows in a row were bad');
  });

  test('too few samples cannot tell that there was nothing to detect', () => {
    const faults = [{ id: 'slow', effectAtMicros: 0, clearedAtMicros: second }];
    const [, recovery, detection] = evaluatePromises(all, runDataOf({ slices: slicesAt(0, '-.'), faults }));
    expect(recovery).toMatchObject({ status: 'fail', atLeast: true });
    expect(detection).toMatchObject({ status: 'invalid', value: null });
    expect(detection?.reason).toContain('20 samples are too few');
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
