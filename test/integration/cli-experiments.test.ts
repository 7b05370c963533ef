// Each experiment of the library on a service that has the pattern, which passes, and on one that has not, which fails.

import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastRecord, openWorkspace, runMeasured, type Workspace } from '../support/cli.ts';

const target = fileURLToPath(new URL('../support/fixture-resilience/target.yml', import.meta.url));

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const step = (name: string) => ({ http: `GET /${name}`, name, timeout: '3s' });
/**
 * Little, for busy machines, and over more than 20 s: then one bad second of the load generator is less than 5 % of them.
 * The fault lasts from the third second to the eleventh, long enough for a p95, which needs 200 answers. What fails has
 * failed by then.
 */
const arrivalsFor = (variant: string) => [{ rate: '30/s', for: variant.endsWith('-off') ? '21s' : '22s' }];

/** The experiment on a short load of `item`, which needs the dependency; bulkhead also on `plain`, which does not. */
async function tryOn(experiment: string, variant: string, more: Readonly<Record<string, string>>) {
  const names = ['item', ...(more.other === undefined ? [] : [more.other])];
  const path = await workspace.file(
    'experiment.yml',
    JSON.stringify({
      ...{ name: experiment, target, variant, seed: 42, gracefulStop: '3s' },
      flows: Object.fromEntries(names.map((name) => [name, { steps: [step(name)] }])),
      load: names.map((flow) => ({ flow, arrivals: arrivalsFor(variant) })),
      experiments: [
        { use: experiment, with: { dependency: 'backend', series: 'item', at: '3s', for: '8s', ...more } },
      ],
    }),
  );
  const result = await runMeasured(workspace, [path]);
  return { ...result, record: lastRecord(workspace) };
}

const limitMs = 300_000; // repeated when this machine is too busy to measure

describe.each([
  { experiment: 'timeout', more: { limit: '1s' }, breaks: /^p95\(item, failed\)/ },
  { experiment: 'retry', more: {}, breaks: /^error_rate\(item\).*during fault/ },
  {
    experiment: 'circuit-breaker',
    more: { silence: '800ms', fast: '300ms' },
    breaks: /^p75\(item, failed\)/,
  },
  { experiment: 'fallback', more: {}, breaks: /^availability\(item\)/ },
  { experiment: 'bulkhead', more: { other: 'plain' }, breaks: /^p95\(plain\)/ },
])('$experiment', ({ experiment, more, breaks }) => {
  it(
    'passes with the pattern',
    async () => {
      const { exitCode, stdout, stderr, record } = await tryOn(experiment, `${experiment}-on`, more);
      expect(exitCode, stdout + stderr).toBe(0);
      expect(record.verdict.status).toBe('pass');
      expect(record.slo.map(({ status }) => status)).toEqual(record.slo.map(() => 'pass'));
      expect(record.faults).toMatchObject([
        { id: experiment, status: 'undone', traffic: { status: 'seen' } },
      ]);
    },
    limitMs,
  );

  it(
    'fails without it',
    async () => {
      const { exitCode, stdout, stderr, record } = await tryOn(experiment, `${experiment}-off`, more);
      expect(exitCode, stdout + stderr).toBe(1);
      expect(record.verdict.status).toBe('fail');
      const broken = record.slo.filter(({ status }) => status === 'fail').map(({ text }) => text);
      expect(
        broken.some((text) => breaks.test(text)),
        broken.join('\n'),
      ).toBe(true);
      expect(record.faults).toMatchObject([{ status: 'undone', traffic: { status: 'seen' } }]);
    },
    limitMs,
  );
});
