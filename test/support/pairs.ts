// Pairs of runs whose metrics have exactly the values that a test asks for.

import type { ComparedPair } from '../../src/compare/pair-values.ts';
import type { RunData } from '../../src/record/data.ts';
import { runDataOf } from './run-record.ts';
import type { RunSketch } from './run-record.ts';
import { sliceOf } from './slices.ts';

type Content = Parameters<typeof sliceOf>[3];

/** One run of one second: series `query`, timeout 5 s. */
const runOf = (content: Content, sketch: Partial<RunSketch> = {}): RunData =>
  runDataOf({
    slices: [sliceOf('query', 0, 1_000_000, content)],
    series: [{ name: 'query', timeoutMicros: 5_000_000 }],
    ...sketch,
  });

/** Pair i has `before(i)` and `after(i)`, i from 0. */
export const pairsOf = (
  count: number,
  before: (index: number) => Content,
  after: (index: number) => Content,
  sketch: Partial<RunSketch> = {},
): ComparedPair[] =>
  Array.from({ length: count }, (_, index) => ({
    pair: index + 1,
    before: runOf(before(index), { id: `before-${index + 1}`, variant: 'before', ...sketch }),
    after: runOf(after(index), { id: `after-${index + 1}`, ...sketch }),
  }));
