// Load entries over threads: what takes part in a broadcast stays together, the rest is divided.

import { expect, it } from 'vitest';
import { stepInputSchemas } from '../../../src/engines/registry.ts';
import { sharePlan } from '../../../src/run/load-plan.ts';
import type { Flow, LoadEntry } from '../../../src/scenario/scenario.ts';
import { connectStep, sayStep, subscribeStep } from '../../support/broadcast-servers.ts';
import { arrivals, flowOf, httpStep, planOf, users } from '../../support/load-plans.ts';

const ws = (written: { readonly ws: string; readonly name?: string }) => stepInputSchemas.ws.parse(written);

it('publishers and subscribers are in the first thread whole, other entries are divided', () => {
  const flows: Flow[] = [
    { ...flowOf([httpStep('other')]), name: 'other' },
    { ...flowOf([ws(connectStep), ws(subscribeStep)]), name: 'listen' },
    { ...flowOf([ws({ ...connectStep, name: 'speaker' }), ws(sayStep())]), name: 'speak' },
  ];
  const entry = (flow: string, load: LoadEntry): LoadEntry => ({ ...load, flows: [flow] });
  const load = [
    entry('other', users(30, 1)),
    entry('listen', users(1_000, 1)),
    entry('speak', arrivals(5, 1, { maxInFlight: 40 })),
  ];
  const plan = planOf('http://127.0.0.1:1', flowOf([]), load, {
    flows: Object.fromEntries(flows.map((flow) => [flow.name, flow])),
  });
  const shares = [0, 1, 2].map((index) => sharePlan(plan, { index, count: 3 }).load);
  expect(shares.map((share) => share.map(({ index, partition }) => [index, partition.count]))).toEqual([
    [
      [0, 3],
      [1, 1],
      [2, 1],
    ],
    [[0, 3]],
    [[0, 3]],
  ]);
  expect(shares[0]?.[2]?.entry).toMatchObject({ maxInFlight: 40 });
});
