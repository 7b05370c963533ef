// Runs a load plan through real load threads, for tests against real servers.

import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { builtEntry } from '../../src/kernel/entry.ts';
import type { LoadPlan } from '../../src/run/load-plan.ts';
import type { LoadResult, Pool } from '../../src/run/pool.ts';
import { startPool } from '../../src/run/pool.ts';

/** `during` may tell the pool things once it has started. */
export async function runLoad(
  plan: LoadPlan,
  threads = 1,
  during?: (pool: Pool, startAtMicros: number) => Promise<void>,
): Promise<LoadResult> {
  if (!existsSync(builtEntry('run/worker.js')))
    throw new Error('load threads run from dist: `npm run build` first');
  const pool = await startPool(plan, threads, { onSnapshot: () => undefined });
  const startAtMicros = systemClock.nowMicros() + 100_000;
  pool.start(startAtMicros);
  await during?.(pool, startAtMicros);
  const result = await pool.finished;
  expect(result.deadThreads).toEqual([]);
  return result;
}
