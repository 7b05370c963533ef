// Runs of which it is known second by second how many were bad, and their burn rates asked for by hand.

import type { Slice } from '../../src/measure/slice.ts';
import type { RunData } from '../../src/record/data.ts';
import type { Measure } from '../../src/slo/expression.ts';
import type { Reading } from '../../src/slo/metrics/metric.ts';
import { measureOf, read, target } from './measured-slices.ts';
import { runDataOf } from './run-record.ts';
import type { RunSketch } from './run-record.ts';
import { repeated, sliceOf } from './slices.ts';

const second = 1_000_000;
export type Second = readonly [bad: number, total: number];

export const sliceAt = (
  [bad, total]: Second,
  fromMicros: number,
  toMicros: number,
  series = 'query',
): Slice =>
  sliceOf(series, fromMicros, toMicros, {
    okMicros: repeated(total - bad, 1_000),
    wrongMicros: repeated(bad, 1_000),
  });

export const runOf = (seconds: readonly Second[], sketch: Partial<RunSketch> = {}): RunData =>
  runDataOf({
    slices: seconds.map((content, at) => sliceAt(content, at * second, (at + 1) * second)),
    ...sketch,
  });

export const times = (count: number, content: Second): Second[] =>
  Array.from({ length: count }, () => content);

export const burnMeasure = (
  share: number,
  long: number,
  short: number,
  asked: Partial<Measure> = {},
): Measure =>
  measureOf('burn', {
    subject: 'query',
    argument: target(share),
    windows: { longMicros: long * second, shortMicros: short * second },
    ...asked,
  });

export const burnIn = (data: RunData, measure: Measure, limit: number | null = null): Reading =>
  read(data, measure, '<', limit);
