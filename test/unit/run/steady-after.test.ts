// A service that does not come back after a fault must not pass; what held before a fault decides whether the next one comes.

import { describe, expect, it } from 'vitest';
import type { Slice } from '../../../src/measure/slice.ts';
import type { FaultRecord, SloRecord } from '../../../src/record/schema.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { brokenSteadySoFar } from '../../../src/run/steady.ts';
import { judgeSteadyAfter, unknownAfter, withSteadyAfter } from '../../../src/run/steady-after.ts';
import { repeated, sliceOf } from '../../support/slices.ts';
import { watchedScenario } from '../../support/watched-runs.ts';

const second = 1_000_000;
const promise = 'error_rate < 5%';
const scenario: Scenario = watchedScenario({ slo: [{ assert: promise, severity: 'fail' }] });

/** One letter a second, twenty due in each: `g`ood, `b`ad, `-` nothing. */
const slicesOf = (letters: string): Slice[] =>
  Array.from(letters).flatMap((letter, index) => {
    const content = letter === 'g' ? { okMicros: repeated(20, 5_000) } : { wrongMicros: repeated(20, 5_000) };
    return letter === '-' ? [] : [sliceOf('ask', index * second, (index + 1) * second, content)];
  });

const fault = (
  effect: number | null,
  cleared: number | null,
  occurrence: number | null = null,
): FaultRecord =>
  ({
    id: 'cut',
    occurrence,
    effectAtMicros: effect === null ? null : effect * second,
    clearedAtMicros: cleared === null ? null : cleared * second,
    steadyAfter: null,
  }) as FaultRecord;

const courseOf = (letters: string, faults: FaultRecord[]) => ({
  ...{ faults, slices: slicesOf(letters), endMicros: letters.length * second },
});

const after = (letters: string, faults: FaultRecord[]): FaultRecord[] =>
  withSteadyAfter(scenario, courseOf(letters, faults));

const judgedAfter = (letters: string, faults: FaultRecord[], ...texts: string[]): SloRecord[] =>
  judgeSteadyAfter(texts.map(passed), scenario, courseOf(letters, after(letters, faults)));

const passed = (text: string): SloRecord =>
  ({ text, severity: 'fail', status: 'pass', reason: null }) as SloRecord;

describe('steady state after the undo', () => {
  it('holds from the recovery on, whatever the recovery was like', () => {
    const [one] = after('gggggbbbbbggggg', [fault(5, 8)]);
    expect(one?.steadyAfter).toEqual({
      ...{ status: 'holds', promise: null, bad: 0, samples: 100 },
      ...{ fromMicros: 10 * second, toMicros: 15 * second },
    });
  });

  it('is broken in a service that stays broken, and the promise fails that held over the whole', () => {
    const faults = after('gggggbbbbbbbb', [fault(5, 8)]);
    expect(faults[0]?.steadyAfter).toMatchObject({ status: 'broken', promise, bad: 100, samples: 100 });
    const judged = judgedAfter('gggggbbbbbbbb', [fault(5, 8)], promise, 'p95 < 2s');
    expect(judged.map(({ status }) => status)).toEqual(['fail', 'pass']);
    expect(judged[0]?.reason).toBe('still broken after fault cut was undone: 100 of 100 bad from 8s to 13s');
  });

  it('is looked at after each time of a fault, up to the next', () => {
    const times = [fault(5, 7, 1), fault(12, 17, 2)];
    const faults = after('gggggbbbbbbbbbbbbggggggg', times);
    expect(faults.map(({ steadyAfter }) => steadyAfter?.status)).toEqual(['broken', 'holds']);
    const [judged] = judgedAfter('gggggbbbbbbbbbbbbggggggg', times, promise);
    expect(judged?.reason).toContain('after fault cut #1 was undone');
  });

  it('is unknown, and said to be, without samples, and while another fault is in effect', () => {
    const atTheEnd = after('gggggbbb', [fault(5, 8)]);
    expect(atTheEnd[0]?.steadyAfter).toMatchObject({ status: 'unknown', samples: 0 });
    expect(unknownAfter(atTheEnd)).toEqual([
      'after fault cut was undone steady state is unknown: nothing could be looked at before the next fault or the end',
    ]);
    const other = { ...fault(4, 12), id: 'other' };
    const [covered] = after('gggggbbbggggggggg', [fault(5, 8), other]);
    expect(covered?.steadyAfter?.status).toBe('unknown');
    expect(after('ggg', [fault(null, null)])[0]?.steadyAfter).toBeNull();
  });

  it('is nothing to ask where no promise tells a recovery', () => {
    const warns: Scenario = watchedScenario({ slo: [{ assert: promise, severity: 'warn' }] });
    const [one] = withSteadyAfter(warns, courseOf('gggggbbbbbbbb', [fault(5, 8)]));
    expect(one?.steadyAfter).toBeNull();
  });
});

describe('steady state before a fault', () => {
  const broken = (letters: string, faults: readonly (readonly [number, number | null])[]): string | null =>
    brokenSteadySoFar(scenario, {
      slices: slicesOf(letters),
      faults: faults.map(([effect, cleared]) => ({
        effectAtMicros: effect * second,
        clearedAtMicros: cleared === null ? null : cleared * second,
      })),
      inFlight: [],
      nowMicros: letters.length * second,
    });

  it('is not that of an earlier fault and its recovery', () => {
    expect(broken('gggggbbbbgggg', [[5, 8]])).toBeNull();
    expect(broken('gggggbbbbgggg', [])).toBe(promise);
  });

  it('is broken when the service has not come back from the fault before, however good it was until then', () => {
    expect(broken(`${'g'.repeat(100)}bbbbbb`, [[100, 103]])).toBe(promise);
  });

  it('is that of the time before, while another fault is in effect', () => {
    expect(broken('gggggbbbb', [[5, null]])).toBeNull();
    expect(broken('bbbbbbbbb', [[5, null]])).toBe(promise);
  });

  it('counts what hangs beyond the limit as bad, of what was due since the last fault', () => {
    const slow: Scenario = watchedScenario({ slo: [{ assert: 'p95(ask) < 2s', severity: 'fail' }] });
    const buckets = [{ untilMicros: 6 * second, count: 30 }];
    const inFlight = [{ atMicros: 10 * second, pending: [{ series: 'ask', buckets }] }];
    const soFar = { slices: slicesOf('gggg------'), inFlight, nowMicros: 10 * second };
    expect(brokenSteadySoFar(slow, { ...soFar, faults: [] })).toBe('p95(ask) < 2s');
    const cleared = { effectAtMicros: 5 * second, clearedAtMicros: 7 * second };
    expect(brokenSteadySoFar(slow, { ...soFar, faults: [cleared] })).toBeNull();
  });
});
