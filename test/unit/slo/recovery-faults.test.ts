// Several faults in one run: what is told of each, and what cannot be told apart.

import { describe, expect, test } from 'vitest';
import type { FaultRecord, SloRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { runDataOf } from '../../support/run-record.ts';
import { faultIn, second, slicesAt } from '../../support/timelines.ts';

const steady = { text: 'error_rate < 5%', severity: 'fail' } as const;

/** Of a promise about one of the faults. */
function judged(text: string, letters: string, faults: readonly FaultRecord[]): SloRecord | undefined {
  const phases = [{ name: 'steady', startMicros: 0, endMicros: 3 * second }];
  const data = runDataOf({ slices: slicesAt(0, letters), faults, phases });
  return evaluatePromises([steady, { text, severity: 'fail' }], data)[1];
}

describe('two faults that overlap', () => {
  // a from 3 to 8, b from 5 to 11; all is bad from 3 to 13.
  const letters = `...${'x'.repeat(10)}......`;
  const faults = [faultIn('a', 3, 8), faultIn('b', 5, 11)];

  test('the one that is cleared while the other is in effect tells nothing', () => {
    for (const metric of ['recovery', 'detection', 'deficit']) {
      const promise = judged(`${metric}(a) < 1000${metric === 'deficit' ? '' : 's'}`, letters, faults);
      expect(promise).toMatchObject({ status: 'invalid', value: null });
      expect(promise?.reason).toContain('confounded: the fault `b` was in effect when `a` was cleared');
    }
  });

  test('the other tells its recovery, but not that what showed was its own', () => {
    expect(judged('recovery(b) < 5s', letters, faults)).toMatchObject({ status: 'pass', value: 2 * second });
    const detection = judged('detection(b) < 5s', letters, faults);
    expect(detection).toMatchObject({ status: 'invalid', value: null });
    expect(detection?.reason).toContain('confounded: the fault `a` was in effect before `b` showed');
  });

  test('one inside the other leaves the outer one its recovery, and its detection if that came before', () => {
    const nested = [faultIn('outer', 3, 10), faultIn('inner', 6, 8)];
    expect(judged('recovery(outer) < 5s', letters, nested)).toMatchObject({ value: 3 * second });
    expect(judged('detection(outer) < 5s', letters, nested)).toMatchObject({ status: 'pass', value: 0 });
    // It shows only when the inner one is there as well.
    const late = `......${'x'.repeat(7)}......`;
    expect(judged('detection(outer) < 5s', late, nested)?.reason).toContain('`inner` was in effect before');
  });

  test('that begin at the same moment cannot be told apart', () => {
    const both = [faultIn('a', 3, 8), faultIn('b', 3, 8)];
    expect(judged('detection(a) < 5s', letters, both)?.status).toBe('invalid');
    expect(judged('recovery(a) < 9s', letters, both)).toMatchObject({ status: 'pass', value: 5 * second });
  });
});

describe('a fault after another', () => {
  test('that was recovered from is told as if it were alone', () => {
    const faults = [faultIn('a', 3, 5), faultIn('b', 10, 12)];
    const letters = '...xxx.....xx.....';
    expect(judged('detection(b) < 5s', letters, faults)).toMatchObject({ status: 'pass', value: second });
    expect(judged('recovery(b) < 5s', letters, faults)).toMatchObject({ status: 'pass', value: second });
    expect(judged('recovery(a) < 5s', letters, faults)).toMatchObject({ status: 'pass', value: second });
  });

  test('that was not is not what showed; the first one is a lower bound up to it', () => {
    const faults = [faultIn('a', 3, 5), faultIn('b', 8, 10)];
    const letters = '...xxxxxxxx.....';
    expect(judged('recovery(a) < 9s', letters, faults)).toMatchObject({
      ...{ status: 'fail', value: 3 * second, atLeast: true },
    });
    const detection = judged('detection(b) < 5s', letters, faults);
    expect(detection).toMatchObject({ status: 'invalid', value: null });
    expect(detection?.reason).toContain('the fault `a` was not recovered from when `b` took effect');
  });

  test('that is the same one again is named by its number', () => {
    const faults = [faultIn('cut', 3, 5, 1), faultIn('cut', 8, 10, 2)];
    const detection = judged('detection(cut) < 5s', '...xxxxxxxx.....', faults);
    expect(detection?.status).toBe('invalid');
    expect(detection?.reason).toContain('`cut #1` was not recovered from when `cut #2` took effect');
  });
});

test('a fault that was never cleared tells nothing', () => {
  const promise = judged('recovery(a) < 9s', '...xxxxx', [faultIn('a', 3, null)]);
  expect(promise).toMatchObject({ status: 'invalid', value: null });
});

describe('peak_error_rate', () => {
  const fault = [faultIn('a', 3, 6)];

  test('is the worst second from the effect to the recovery, with its time', () => {
    const promise = judged('peak_error_rate(a) <= 60%', '...1h1.....x', fault);
    expect(promise).toMatchObject({ status: 'pass', value: 0.5, unit: 'share', samples: 20 });
    expect(promise?.reason).toBe('10 of 20 bad at 4s');
    expect(judged('peak_error_rate(a) < 50%', '...1h1.....x', fault)?.status).toBe('fail');
  });

  test('of a fault that repeats is the highest', () => {
    const twice = [faultIn('a', 3, 5, 1), faultIn('a', 10, 12, 2)];
    expect(judged('peak_error_rate(a) < 90%', '...hh.....xx.....', twice)).toMatchObject({ value: 1 });
  });

  test('joins seconds until there are ten samples, and passes no limit that so few cannot show', () => {
    const few = runDataOf({ slices: slicesAt(0, '...h.....'), faults: fault });
    const promises = ['peak_error_rate(a) < 1%', 'peak_error_rate(a) < 60%'].map((text) => ({
      ...{ text, severity: 'fail' as const },
    }));
    // Half of twenty is beyond chance for 1 %, though twenty are too few to show that a second kept to it.
    expect(evaluatePromises(promises, few).map(({ status }) => status)).toEqual(['fail', 'pass']);
    const good = runDataOf({ slices: slicesAt(0, '.........'), faults: fault });
    const [strict, wide] = evaluatePromises(promises, good);
    expect(strict).toMatchObject({ status: 'invalid' });
    expect(strict?.reason).toContain('needs 100 samples a second');
    expect(wide).toMatchObject({ status: 'pass', value: 0 });
  });

  test('has no value without samples, and needs no steady promise', () => {
    const data = runDataOf({ slices: slicesAt(0, '...------'), faults: fault });
    const promises = [{ text: 'peak_error_rate(a) < 60%', severity: 'fail' as const }];
    expect(evaluatePromises(promises, data)[0]).toMatchObject({ status: 'invalid', value: null });
  });
});
