// The stretches of a windowed promise lie on the seconds as they were measured, which roll anew at the edges of faults.

import { describe, expect, test } from 'vitest';
import { SliceGrid } from '../../../src/measure/slice-grid.ts';
import type { RunData } from '../../../src/record/data.ts';
import type { SloRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { stretchesOf } from '../../../src/slo/windows.ts';
import { runDataOf } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

const second = 1_000_000;
const [effect, clear] = [12.4 * second, 15.7 * second];

interface Sketch {
  readonly seconds: number;
  /** Per second, evenly; by where the slice begins, in seconds. Default: 20. */
  readonly rate?: (from: number) => number;
  readonly faulted?: boolean;
}

/** A run with slices as the measuring grid cuts them, around a fault from 12.4 s to 15.7 s. */
function runOf({ seconds, rate = () => 20, faulted = true }: Sketch): RunData {
  const grid = new SliceGrid(0);
  if (faulted) grid.addEdge(effect, 'effect');
  if (faulted) grid.addEdge(clear, 'clear');
  const end = seconds * second;
  const slices = [];
  for (let from = 0; from < end; from = grid.endOf(from)) {
    const to = Math.min(grid.endOf(from), end);
    const count = Math.round((rate(from / second) * (to - from)) / second);
    slices.push(sliceOf('query', from, to, { okMicros: repeated(count, 5_000) }));
  }
  const phases = faulted
    ? [
        { name: 'steady', startMicros: 0, endMicros: effect },
        { name: 'fault:cut', startMicros: effect, endMicros: clear },
        { name: 'steady', startMicros: clear, endMicros: end },
      ]
    : [{ name: 'steady', startMicros: 0, endMicros: end }];
  const faults = faulted ? [{ id: 'cut', effectAtMicros: effect, clearedAtMicros: clear }] : [];
  return runDataOf({ slices, phases, faults });
}

const judge = (text: string, data: RunData): SloRecord =>
  evaluatePromises([{ text, severity: 'fail' }], data)[0]!;

describe('behind the edges of a fault', () => {
  const steady = runOf({ seconds: 40 });

  test.each(['throughput', 'rate'])('%s is that of the whole in every stretch', (metric) => {
    expect(judge(`${metric}(query) < 20.5/s over 5s`, steady)).toMatchObject({ status: 'pass' });
    expect(judge(`${metric}(query) > 19.5/s over 5s`, steady)).toMatchObject({ status: 'pass' });
  });

  test('stretches lie side by side, each where a second begins', () => {
    const spans = stretchesOf(steady, 5 * second);
    const tenths = spans.map(({ startMicros, endMicros }) => [startMicros, endMicros].map((at) => at / 1e5));
    const begin = [0, 50, 100, 154, 207, 257, 307, 357].map((at, index, all) => [at, all[index + 1] ?? 400]);
    expect(tenths).toEqual(begin);
    const offered = spans.map(({ data }) =>
      data.slices.reduce((total, { counts }) => total + counts.offered, 0),
    );
    expect(offered).toEqual(
      spans.map(({ startMicros, endMicros }) => ((endMicros - startMicros) / second) * 20),
    );
  });

  test('seconds without any work roll on', () => {
    const data = runOf({ seconds: 40 });
    const thin = { ...data, slices: data.slices.filter(({ startMicros }) => startMicros < 16.7 * second) };
    const starts = stretchesOf(thin, 5 * second).map(({ startMicros }) => startMicros);
    expect(starts).toEqual(stretchesOf(data, 5 * second).map(({ startMicros }) => startMicros));
  });
});

describe('a number promised from below', () => {
  const text = 'count(query) > 95 over 5s';

  test('is not expected in less time than was asked for', () => {
    expect(judge(text, runOf({ seconds: 22, faulted: false }))).toMatchObject({ status: 'pass' });
    expect(judge(text, runOf({ seconds: 22 })).status).toBe('pass');
    expect(judge('count(query) > 95 during steady over 5s', runOf({ seconds: 22 })).status).toBe('pass');
  });

  test('is asked of the last seconds all the same', () => {
    const rate = (from: number): number => (from >= 20 ? 0 : 20);
    const late = judge(text, runOf({ seconds: 22, faulted: false, rate }));
    expect(late).toMatchObject({ status: 'fail', value: 60 });
    expect(late.reason).toContain('from 17s to 22s');
  });

  test('is told to have no stretch where none is long enough', () => {
    const judged = judge('count(query) > 5 during fault:cut over 5s', runOf({ seconds: 22 }));
    expect(judged.status).toBe('invalid');
    expect(judged.reason).toBe('no stretch of 5s could be judged: none is as long as that');
  });
});

describe('the slices of stretches', () => {
  test('are the same in whatever order the series come', () => {
    const { slices } = runOf({ seconds: 40 });
    const other = slices.map((slice) => ({ ...slice, series: 'other' }));
    const apart = runOf({ seconds: 40 });
    const given = { ...apart, slices: [...other, ...[...slices].reverse()] };
    const found = stretchesOf(given, 5 * second).map(({ data }) =>
      data.slices.filter(({ series }) => series === 'query').map(({ startMicros }) => startMicros),
    );
    const expected = stretchesOf(apart, 5 * second).map(({ data }) =>
      data.slices.map(({ startMicros }) => startMicros),
    );
    expect(found).toEqual(expected);
    expect(found.flat()).toHaveLength(slices.length);
  });

  test('are found without a look at all of the run for each', () => {
    const seconds = 1_000;
    let looks = 0;
    const { slices } = runOf({ seconds, faulted: false, rate: () => 0 });
    const counted = slices.map(({ startMicros, ...slice }) => ({
      ...slice,
      get startMicros() {
        looks += 1;
        return startMicros;
      },
    }));
    expect(stretchesOf(runDataOf({ slices: counted }), second)).toHaveLength(seconds);
    expect(looks).toBeLessThan(seconds * 100);
  });
});

test.each(['throughput', 'rate'])('less than a second decides nothing of %s', (metric) => {
  const rate = (from: number): number => (from >= 20 ? 2 : 20);
  const text = `${metric}(query) > 10/s over 5s`;
  expect(judge(text, runOf({ seconds: 20.5, faulted: false, rate }))).toMatchObject({ status: 'pass' });
  expect(judge(text, runOf({ seconds: 21, faulted: false, rate })).status).toBe('fail');
});
