// `mettle run --confirm`: pairs follow a run that is suspected to be worse, and no other; what cannot be confirmed is refused.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendHistory, readHistory } from '../../src/record/history.ts';
import {
  lastRecord,
  openWorkspace,
  readRun,
  recordFolders,
  runMeasured,
  type Workspace,
} from '../support/cli.ts';
import { type ScenarioOptions, writeScenario, writeTarget } from '../support/short-scenarios.ts';

const limit = { limitMs: 280_000 };
const testLimitMs = 400_000;
let workspace: Workspace;
let target: string;
beforeEach(async () => {
  workspace = await openWorkspace();
  const variants = { before: { DELAY_MS: '10' }, after: { DELAY_MS: '80' } };
  target = await writeTarget(workspace, { variants });
});
afterEach(() => workspace.close());

const scenarioOf = (more: Partial<ScenarioOptions> = {}): Promise<string> =>
  writeScenario(workspace, {
    ...{ target, for: '1s', slo: ['p50(work) < 10s'], more: ['variant: after', 'primary: p50(work)'] },
    ...more,
  });

/** Twelve runs like the one that was made, with this median. */
async function earlier(medianMicros: number, spread = 0.01): Promise<void> {
  const history = join(workspace.outFolder, 'history');
  const entry = (await readHistory(history)).entries.find(({ unfit }) => unfit === null)!;
  for (let index = 0; index < 12; index += 1) {
    const value = medianMicros * (1 + spread * ((index % 3) - 1));
    const startedAt = new Date(Date.parse(entry.startedAt) - (12 - index) * 86_400_000).toISOString();
    const values = entry.values.map((one) => (one.metric === 'p50(work)' ? { ...one, value } : one));
    await appendHistory(history, { ...entry, id: `earlier-${index}`, startedAt, values });
  }
}

const verifications = (): string[] =>
  recordFolders(workspace).filter((folder) => readdirSync(folder).includes('comparison.json'));

it(
  'runs the pairs when the run is suspected, and the worse exit code counts',
  // Made again from the start when this machine was too busy for one of its many runs.
  { timeout: testLimitMs, retry: 2 },
  async () => {
    const relative = { assert: 'p50(work) <= +10000% vs last_green', on_no_data: 'skip' };
    const scenario = await scenarioOf({ slo: ['p50(work) < 10s', relative] });
    await runMeasured(workspace, [scenario]);
    const made = await readHistory(join(workspace.outFolder, 'history'));
    const first = made.entries.findLast(({ verdict }) => verdict.status === 'pass')?.id;
    await earlier(12_000);
    const result = await workspace.run(['run', scenario, '--confirm', '--json'], limit);
    expect(result.stderr).toContain('is suspected to be worse than earlier runs');
    expect(verifications()).toHaveLength(1);
    // What is doubted is no baseline of the pairs, which look where the run looked.
    const runs = join(verifications()[0]!, 'runs');
    const confirming = readdirSync(runs).map((name) => readRun(join(runs, name)));
    const held = confirming.filter(({ variant }) => variant === 'after').map(({ slo }) => slo[1]?.baseline);
    expect(held.length).toBeGreaterThanOrEqual(10);
    expect(new Set(held.flatMap((baseline) => baseline?.runs))).toEqual(new Set([first]));
    const document = JSON.parse(result.stdout) as {
      suspicion: { outcome: string };
      verdict: { exitCode: number };
      confirmation: { variants: object; verdict: { exitCode: number }; command: string };
    };
    expect(document.suspicion.outcome).toBe('suspected worse');
    expect(document.verdict.exitCode).toBe(0);
    expect(document.confirmation).toMatchObject({ variants: { before: 'before', after: 'after' } });
    expect(document.confirmation.verdict.exitCode).toBe(1);
    expect(document.confirmation.command).toContain('mettle verify');
    expect(result.exitCode, result.stderr).toBe(1);
  },
);

it('runs nothing more when it is not', { timeout: testLimitMs }, async () => {
  const scenario = await scenarioOf();
  await runMeasured(workspace, [scenario, '--confirm=before']);
  expect(lastRecord(workspace).suspicion).toMatchObject({ outcome: 'not judged' });
  await earlier(82_000, 0.1);
  const result = await runMeasured(workspace, [scenario, '--confirm']);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(verifications()).toEqual([]);
  expect(result.stderr).not.toContain('pairs against');
});

describe('what cannot be confirmed is refused before anything starts', () => {
  it.each<[string, readonly string[], Partial<ScenarioOptions>, string]>([
    ['no such variant', ['--confirm=old'], {}, 'has no variant "old"'],
    ['itself', ['--confirm=after'], {}, 'compared with itself'],
    ['no primary metric', ['--confirm'], { more: ['variant: after'] }, 'no primary metric'],
    ['without a history', ['--confirm', '--no-history'], {}, '--confirm needs the history'],
  ])('%s', async (_what, flags, more, message) => {
    const result = await workspace.run(['run', await scenarioOf(more), ...flags]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(message);
    expect(recordFolders(workspace)).toEqual([]);
  });
});
