// A fault is avoided only where a load went on that could have met it; where none did, it was missed.

import { describe, expect, it } from 'vitest';
import { attemptsSince } from '../../../src/faults/observe.ts';
import type { Slice } from '../../../src/measure/slice.ts';
import type { ObservationWindow } from '../../../src/proxy/observation-window.ts';
import type { FaultRecord } from '../../../src/record/schema.ts';
import { avoidedFaults, withLoadGoingOn } from '../../../src/run/avoided.ts';
import type { PlayedFault } from '../../../src/run/timeline.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const record = {
  ...{ id: 'cut', on: 'postgres', occurrence: null },
  ...{ effectAtMicros: 4 * second, clearedAtMicros: 6 * second },
  traffic: { before: 60, during: 0, status: 'avoided' },
} as FaultRecord;

const statusWith = (slices: readonly Slice[], traffic: 'required' | 'optional' = 'required') =>
  withLoadGoingOn([record], [{ fault: { traffic } } as PlayedFault], slices)[0]?.traffic.status;
const answered = (fromSecond: number, tookMicros: number, series = 'ask'): Slice =>
  sliceOf(series, fromSecond * second, (fromSecond + 1) * second, { okMicros: repeated(20, tookMicros) });

describe('nothing met a fault', () => {
  it('is avoided while requests were offered, and noted', () => {
    expect(statusWith([answered(3, 5_000), answered(5, 5_000)])).toBe('avoided');
    expect(avoidedFaults([record])).toEqual([
      'fault cut was avoided: nothing met it on postgres while the load went on (a breaker, a cache)',
    ]);
  });

  it('is missed when the load had ended or paused', () => {
    expect(statusWith([answered(3, 5_000), answered(6, 5_000)])).toBe('missed');
    expect(statusWith([answered(3, 5_000)], 'optional')).toBe('optional');
  });

  it('is avoided when requests from before were under way all the while', () => {
    expect(statusWith([answered(3, 2.5 * second)])).toBe('avoided');
    expect(statusWith([answered(3, 1.2 * second)])).toBe('missed');
  });

  it('does not take iterations for requests', () => {
    expect(statusWith([answered(5, 5_000, 'flow:buy')])).toBe('missed');
  });
});

describe('attempts before a fault', () => {
  const slice = (startMicros: number, chunksUp: number) => ({
    ...{ startMicros, endMicros: startMicros + 250_000, connections: 1, refused: 0, chunksUp },
  });
  const window = {
    ...{ sinceMicros: 0, connections: 2, refused: 0, upstream: { chunks: 8 } },
    slices: [slice(0, 5), slice(second, 3)],
  } as unknown as ObservationWindow;

  it('leave out what was there before the load, such as a look at the dependency when the service starts', () => {
    expect(attemptsSince(window, 0.5 * second)).toBe(4);
    expect(attemptsSince(window, 2 * second)).toBe(0);
    expect(attemptsSince(window, undefined)).toBe(10);
  });

  it('are unknown where some could not be seen', () => {
    expect(attemptsSince({ ...window, refused: null }, 2 * second)).toBeNull();
  });
});
