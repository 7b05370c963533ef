// What ten pairs of short runs of a real server see: a slowdown of 10 % in p50, of 20 % in p95, and nothing where nothing is.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Comparison, comparisonSchema } from '../../src/compare/schema.ts';
import { packagePath } from '../../src/kernel/entry.ts';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { untilMeasured } from '../support/patience.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const limit = { limitMs: 240_000 };
const testLimitMs = 500_000;

/** A server whose answers take some 30 ms, a fifth of them twice as long, against one with this environment. */
async function compared(primary: string, pairs: string, after: Readonly<Record<string, string>>) {
  const start = `node "${packagePath('bench/tailed-server.js')}"`;
  const target = await writeTarget(workspace, { start, variants: { before: {}, after } });
  const scenario = await writeScenario(workspace, {
    ...{ target, rate: '200/s', for: '2500ms', slo: [] },
    more: ['variant: after', 'warmup: 500ms', `primary: ${primary}`],
  });
  const flags = ['--pairs', pairs, '--cool-down', '100ms', '--json'];
  const result = await untilMeasured(2, () => workspace.run(['verify', scenario, ...flags], limit));
  const comparison: Comparison = comparisonSchema.parse(JSON.parse(result.stdout));
  const gate = comparison.metrics.find((metric) => metric.primary);
  return { exitCode: result.exitCode, gate, said: `${result.stdout}\n${result.stderr}` };
}

// One stall of the target in one of twenty runs can hide a change; a tool that misses it misses it twice.
const patient = { timeout: testLimitMs, retry: 1 };

it('finds a slowdown of 10 % in p50 with ten pairs', patient, async () => {
  const { exitCode, gate, said } = await compared('p50(work)', '10', { EVERY_FACTOR: '1.1' });
  expect(gate?.outcome, said).toBe('regressed');
  expect(exitCode).toBe(1);
  expect(gate?.estimate).toBeGreaterThan(Math.log(1.05));
  expect(gate?.estimate).toBeLessThan(Math.log(1.2));
});

it('finds a slowdown of 20 % in p95 with ten pairs', patient, async () => {
  const { exitCode, gate, said } = await compared('p95(work)', '10', { TAIL_FACTOR: '1.2' });
  expect(gate?.outcome, said).toBe('regressed');
  expect(exitCode).toBe(1);
  expect(gate?.estimate).toBeGreaterThan(Math.log(1.1));
  expect(gate?.estimate).toBeLessThan(Math.log(1.4));
});

it('never calls a server better than itself', { timeout: testLimitMs }, async () => {
  const { exitCode, gate, said } = await compared('p95(work)', '6', {});
  expect(['no change', 'inconclusive'], said).toContain(gate?.outcome);
  expect([0, 3]).toContain(exitCode);
});
