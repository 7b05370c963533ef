// Stored runs for comparisons: one after the other, each ten seconds long, in folders of many.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRecord } from '../../src/record/store.ts';
import { runDataOf, type RunSketch } from './run-record.ts';
import { repeated, type SliceContent, sliceOf } from './slices.ts';

const second = 1_000_000;

export const latency = (micros: number): SliceContent => ({ okMicros: repeated(400, micros) });

export const invalid = (reason: string) => ({
  ...{ status: 'invalid' as const, reasons: [reason], exitCode: 3 },
});

export const promise = (status: 'pass' | 'fail' | 'invalid') => ({
  ...{ text: 'p95(query) < 500ms', severity: 'fail' as const, status, value: 100_000, atLeast: false },
  ...{ limit: 500_000, unit: 'µs' as const, samples: 400, reason: null },
});

export const saturated = (): Partial<RunSketch> => {
  const { health } = runDataOf({ slices: [] }).run;
  return {
    health: { ...health, level: 'saturated', reasons: ['the load generator was saturated'] },
    verdict: invalid('the load generator was saturated'),
  };
};

/** One run of ten seconds, made at that minute. */
export async function keepRun(
  folder: string,
  id: string,
  minute: number,
  content: SliceContent,
  sketch: Partial<RunSketch> = {},
): Promise<void> {
  const data = runDataOf({
    slices: [sliceOf('query', 0, 10 * second, content)],
    series: [{ name: 'query', timeoutMicros: 5 * second }],
    ...{ id, primary: 'p50(query)', startedAt: new Date(Date.UTC(2026, 0, 5, 9, minute)).toISOString() },
    ...sketch,
  });
  await mkdir(join(folder, id), { recursive: true });
  await writeRecord(join(folder, id), data);
}

/** `ABBA…`: before as slow as asked, after as fast; into `a` and `b` of the folder; both of the variant `after`. */
export async function keepRuns(
  folder: string,
  order: string,
  beforeMicros = 100_000,
  afterMicros = 50_000,
): Promise<void> {
  const count = { A: 0, B: 0 };
  for (const [index, letter] of Array.from(order).entries()) {
    const side = letter === 'A' ? 'A' : 'B';
    const at = (count[side] += 1);
    const micros = (side === 'A' ? beforeMicros : afterMicros) + 100 * at;
    await keepRun(join(folder, side.toLowerCase()), `${side}${at}`, 2 * index, latency(micros));
  }
}
