// What chance decides about faults begins anew with each run, from the run's own seed: else none could be repeated alone.

import { expect, test, vi } from 'vitest';
import type { ProxyBackend } from '../../../src/faults/fault.ts';
import { conduct } from '../../../src/run/conduct.ts';
import { pairOrder, pairSeed } from '../../../src/run/pair-order.ts';
import type { Stage } from '../../../src/run/stage.ts';
import type { StartedVariant } from '../../../src/system/system.ts';
import { faster, verifying } from '../../support/fake-verify.ts';
import { runDataOf } from '../../support/run-record.ts';
import { watchedScenario } from '../../support/watched-runs.ts';

const happened = vi.hoisted(() => [] as string[]);

vi.mock('../../../src/run/pool.ts', () => ({
  startPool: () =>
    Promise.resolve({
      start: () => void happened.push('load'),
      finished: Promise.resolve({}),
      close: () => Promise.resolve(),
    }),
}));
vi.mock('../../../src/run/load-of.ts', () => ({ loadPlanOf: () => ({}) }));
vi.mock('../../../src/run/judge.ts', () => ({ judge: () => ({ run: {} }) }));
vi.mock('../../../src/record/store.ts', async (actual) => ({
  ...(await actual<object>()),
  beginRecord: () => Promise.resolve(),
}));
vi.mock('../../../src/run/observe-run.ts', () => ({
  nothingObserved: {},
  observeRun: () =>
    Promise.resolve({
      settle: () => Promise.resolve(),
      observed: () => ({ notes: [] }),
      close: () => undefined,
    }),
}));
vi.mock('../../../src/run/keep-record.ts', () => ({
  keepRecord: ({ id, variant, seed }: { id: string; variant: string; seed: number }) =>
    Promise.resolve(runDataOf({ id, variant, seed, slices: [] })),
}));

const started = {
  ...{ http: null, ws: null, processes: {} },
  died: new Promise<string>(() => undefined),
  stop: () => Promise.resolve(),
} as unknown as StartedVariant;

function stageOf(backend: ProxyBackend | null): Stage {
  const start = (variant: string): Promise<StartedVariant> => {
    happened.push(`start ${variant}`);
    return Promise.resolve(started);
  };
  return { backend, containers: { docker: null }, system: { start } } as unknown as Stage;
}

const seedOnly = {
  reseed: async (seed: number) => {
    await Promise.resolve();
    happened.push(`seed ${seed}`);
  },
} as ProxyBackend;

test('a verification seeds its proxy right before the load of each run, both members of a pair alike', async () => {
  happened.length = 0;
  const scenario = { ...watchedScenario({ claims: [], file: null }), primary: 'p50(query)' };
  await verifying(faster, { request: { scenario, stage: stageOf(seedOnly) }, ports: { conduct } });
  const expected = pairOrder([6], 42).flatMap((first, index) => {
    const roles = first === 'before' ? ['before', 'after'] : ['after', 'before'];
    return roles.flatMap((role) => [`start ${role}`, `seed ${pairSeed(42, index + 1)}`, 'load']);
  });
  expect(happened).toEqual(expected);
});

test('a run without a proxy has nothing to seed', async () => {
  happened.length = 0;
  await conduct({
    ...{ stage: stageOf(null), scenario: watchedScenario({ file: null }), target: {} as never },
    ...{ variant: 'only', seed: 7, id: 'r1', folder: '/nowhere', command: 'mettle run', threads: 1 },
    ...{ signal: new AbortController().signal, progress: () => undefined },
  });
  expect(happened).toEqual(['start only', 'load']);
});
