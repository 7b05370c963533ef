// `mettle aa`: one variant against itself on a real server, its noise floor kept and shown by the next verification.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/compare/schema.ts';
import { noiseSchema } from '../../src/record/noise-schema.ts';
import { openWorkspace, recordFolders, type Workspace } from '../support/cli.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
let scenario: string;

beforeEach(async () => {
  workspace = await openWorkspace();
  const variants = { before: { DELAY_MS: '40' }, after: { DELAY_MS: '10' } };
  const target = await writeTarget(workspace, { variants });
  const claim = { id: 'faster', says: 'it is faster', metric: 'p75(work)', expect: 'at least 40% lower' };
  scenario = await writeScenario(workspace, {
    ...{ target, rate: '30/s', for: '1s', slo: ['p50(work) < 10s'] },
    more: ['variant: after', 'primary: p50(work)', `claims: ${JSON.stringify([claim])}`],
  });
});
afterEach(() => workspace.close());

/** Runs that this machine was too busy to measure are repeated; then it takes longer. */
const limit = { limitMs: 240_000 };
const aa = (...flags: string[]): string[] => ['aa', scenario, '--out', workspace.outFolder, ...flags];

it(
  'measures the noise floor, never calls the variant better than itself, and is known afterwards',
  { timeout: 500_000, retry: 1 },
  async () => {
    const result = await workspace.run(aa('--quick', '--cool-down', '0s', '--json'), limit);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const noise = noiseSchema.parse(JSON.parse(result.stdout));
    expect(noise).toMatchObject({ variant: 'after', pairs: 6 });
    const names = noise.metrics.map(({ metric }) => metric);
    expect(names).toContain('p50(work)');
    expect(names).toContain('p75(work)');
    const primary = noise.metrics.find(({ metric }) => metric === 'p50(work)')!;
    expect(primary.comparisons).toBe(64);
    // The exact test allows 2 of 64; the tolerance can only take away from it.
    expect(primary.falseAlarms).toBeLessThanOrEqual(2);
    expect(primary.detectable.map(({ pairs }) => pairs)).toEqual([6, 10, 16]);
    for (const { change } of primary.detectable) expect(change).toBeGreaterThanOrEqual(0.05);
    const [folder] = recordFolders(workspace);
    expect(noiseSchema.parse(JSON.parse(readFileSync(join(folder!, 'noise.json'), 'utf8')))).toEqual(noise);
    expect(readFileSync(join(folder!, 'noise.md'), 'utf8')).toContain('p75(work)');
    expect(existsSync(join(folder!, 'report.html'))).toBe(true);
    expect(readdirSync(join(workspace.stateFolder, 'noise'))).toHaveLength(1);

    const verified = await workspace.run(
      ['verify', scenario, '--quick', '--cool-down', '0s', '--json'],
      limit,
    );
    const comparison = comparisonSchema.parse(JSON.parse(verified.stdout));
    expect(comparison.noise?.id, verified.stderr).toBe(noise.id);
  },
);

it.each([
  [['--pairs', '3'], '6'],
  [['--variant', 'aftre'], 'before, after'],
  [['--pairs', '8', '--quick'], 'exclude each other'],
])('refuses %j before anything starts', async (flags, named) => {
  const { exitCode, stderr } = await workspace.run(aa(...flags));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(named);
  expect(recordFolders(workspace)).toEqual([]);
});

it('refuses a scenario that has no metric to look at', async () => {
  const target = await writeTarget(workspace, { name: 'plain' });
  const bare = await writeScenario(workspace, { name: 'bare', target, slo: [] });
  const { exitCode, stderr } = await workspace.run(['aa', bare, '--out', workspace.outFolder]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('primary');
  expect(recordFolders(workspace)).toEqual([]);
});

it('says what it would do, and does nothing, with --dry-run', async () => {
  const { exitCode, stdout, stderr } = await workspace.run(aa('--quick', '--dry-run'));
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain('6 pairs of runs');
  expect(recordFolders(workspace)).toEqual([]);
});
