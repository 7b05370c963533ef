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
const arrivals = [{ rate: '60/s', for: '11s' }];

/** The experiment on a short load of `item`, which needs the dependency, and `plain`, which does not. */
async function tryOn(experiment: string, variant: string, more: Readonly<Record<string, string>>) {
  const path = await workspace.file(
    'experiment.yml',
    JSON.stringify({
      ...{ name: experiment, target, variant, gracefulStop: '3s' },
      flows: { item: { steps: [step('item')] }, plain: { steps: [step('plain')] } },
      load: [
        { flow: 'item', arrivals },
        { flow: 'plain', arrivals },
      ],
      experiments: [
        { use: experiment, with: { dependency: 'backend', series: 'item', at: '2s', for: '4s', ...more } },
      ],
    }),
  );
  const result = await runMeasured(workspace, [path]);
  return { ...result, record: lastRecord(workspace) };
}

const limitMs = 150_000; // repeated when this machine is too busy to measure

describe.each([
  { experiment: 'timeout', more: { limit: '1s' }, breaks: /^p95\(item, failed\)/ },
  { experiment: 'retry', more: {}, breaks: /^error_rate\(item\).*during fault/ },
  { experiment: 'circuit-breaker', more: { silence: '400ms' }, breaks: /^p75\(item, failed\)/ },
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
