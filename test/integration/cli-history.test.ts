// Every run enters the history, and is held against it: values, commits, suspicion, baselines whose records are gone.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appendHistory, readHistory } from '../../src/record/history.ts';
import type { HistoryEntry } from '../../src/record/history-schema.ts';
import { lastRecord, openWorkspace, recordFolders, runMeasured, type Workspace } from '../support/cli.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

const testLimitMs = 200_000;
let workspace: Workspace;
let history: string;
beforeEach(async () => {
  workspace = await openWorkspace();
  history = join(workspace.outFolder, 'history');
});
afterEach(() => workspace.close());

const entries = async (): Promise<HistoryEntry[]> => (await readHistory(history)).entries;

/** The service answers after 80 ms; runs of one second. */
async function scenarioWith(...slo: readonly (string | object)[]): Promise<string> {
  const target = await writeTarget(workspace, { variants: { only: { DELAY_MS: '80' } } });
  const more = ['primary: p50(work)'];
  return await writeScenario(workspace, { target, for: '2s', slo: ['p50(work) < 10s', ...slo], more });
}

/** As if such runs had been made before, each day one, with this median. */
async function earlier(entry: HistoryEntry, medianMicros: number, count = 12): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const value = medianMicros * (1 + 0.01 * ((index % 3) - 1));
    const startedAt = new Date(Date.parse(entry.startedAt) - (count - index) * 86_400_000).toISOString();
    const values = entry.values.map((one) => (one.metric === 'p50(work)' ? { ...one, value } : one));
    await appendHistory(history, { ...entry, id: `earlier-${medianMicros}-${index}`, startedAt, values });
  }
}

it(
  'a run leaves an entry with its values and its commit, and the next is suspected when it is far from earlier ones',
  { timeout: testLimitMs },
  async () => {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
        cwd: workspace.folder,
        encoding: 'utf8',
      }).trim();
    const scenario = await scenarioWith();
    git('init', '-b', 'main');
    git('add', 'short.yml');
    git('commit', '-m', 'one');
    const first = await runMeasured(workspace, [scenario]);
    expect(first.exitCode, first.stderr).toBe(0);
    const run = lastRecord(workspace);
    expect(run.commit).toMatchObject({ sha: git('rev-parse', 'HEAD'), branch: 'main', dirty: false });
    expect(run.suspicion).toMatchObject({ outcome: 'not judged', metric: 'p50(work)' });
    const entry = (await entries()).find(({ id }) => id === run.id)!;
    expect(entry).toMatchObject({
      verdict: run.verdict.status === 'pass' ? { status: 'pass' } : {},
      unfit: null,
    });
    expect(entry.commit).toEqual(run.commit);
    expect(entry.values.find(({ metric }) => metric === 'p50(work)')?.value).toBe(run.slo[0]!.value);

    rmSync(history, { recursive: true });
    await earlier(entry, 20_000);
    writeFileSync(join(history, 'torn.json'), '{"formatVersion":1,');
    const second = await runMeasured(workspace, [scenario, '--json']);
    // A suspicion is no verdict.
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stderr).toContain('torn.json is passed over: it is not JSON');
    const document = JSON.parse(second.stdout) as { suspicion: { outcome: string; runs: number } };
    expect(document.suspicion).toMatchObject({ outcome: 'suspected worse', runs: 12 });
    expect((await entries()).filter(({ unfit }) => unfit === null)).toHaveLength(13);
    const folder = recordFolders(workspace).find((name) => {
      const text = readFileSync(join(name, 'run.json'), 'utf8');
      return text.includes('suspected worse');
    })!;
    for (const file of ['report.html', 'summary.md'])
      expect(readFileSync(join(folder, file), 'utf8')).toContain('suspected worse');
    const html = readFileSync(join(folder, 'report.html'));
    rmSync(join(folder, 'report.html'));
    await workspace.run(['report', folder]);
    expect(readFileSync(join(folder, 'report.html')).equals(html)).toBe(true);
  },
);

it(
  'a relative promise finds its baseline in the history when the records are gone',
  { timeout: testLimitMs },
  async () => {
    const relative = { assert: 'p50(work) <= +300% vs last_green', on_no_data: 'skip' };
    const scenario = await scenarioWith(relative);
    const first = await runMeasured(workspace, [scenario]);
    expect(first.exitCode, first.stderr).toBe(0);
    const id = lastRecord(workspace).id;
    for (const folder of recordFolders(workspace)) rmSync(folder, { recursive: true });
    const second = await runMeasured(workspace, [scenario]);
    expect(second.exitCode, second.stderr).toBe(0);
    const promise = lastRecord(workspace).slo.find(({ text }) => text.includes('last_green'))!;
    expect(promise).toMatchObject({ status: 'pass', baseline: { what: 'last_green', runs: [id] } });
    expect(promise.limit).toBeGreaterThan(0);
  },
);

it('--history says where, --no-history leaves none', { timeout: testLimitMs }, async () => {
  const scenario = await scenarioWith();
  const elsewhere = join(workspace.folder, 'elsewhere');
  await runMeasured(workspace, [scenario, '--no-history']);
  expect(existsSync(history)).toBe(false);
  expect(lastRecord(workspace).suspicion).toBeUndefined();
  await runMeasured(workspace, [scenario, '--history', elsewhere]);
  expect(existsSync(history)).toBe(false);
  expect((await readHistory(elsewhere)).entries.length).toBeGreaterThan(0);
});

it('a history that cannot be written is told before anything starts', async () => {
  const scenario = await scenarioWith();
  const file = await workspace.file('a-file', 'in the way');
  const result = await workspace.run(['run', scenario, '--history', file]);
  expect(result.exitCode).toBe(3);
  expect(result.stderr).toContain(`cannot write ${file}`);
  expect(recordFolders(workspace)).toEqual([]);
});

it('records are added by hand, each once, and listed', { timeout: testLimitMs }, async () => {
  const scenario = await scenarioWith();
  await runMeasured(workspace, [scenario, '--no-history']);
  const record = recordFolders(workspace).at(-1)!;
  const { id } = lastRecord(workspace);
  const add = ['history', 'add', record, '--history', history];
  expect((await workspace.run(add)).stdout).toContain(`added: ${id}`);
  expect((await workspace.run(add)).stdout).toContain(`there already: ${id}`);
  const listed = await workspace.run(['history', 'list', history]);
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toContain(id);
  expect(listed.stdout).toContain('p50(work)');
  const missing = await workspace.run([
    'history',
    'add',
    join(workspace.folder, 'nothing'),
    '--history',
    history,
  ]);
  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toContain('no record at');
  const misspelt = await workspace.run(['history', 'list', `${history}-of-nobody`]);
  expect(misspelt.exitCode).toBe(2);
  expect(misspelt.stderr).toContain('no such folder');
  const forged = { ...(await entries())[0]!, id: 'forged', variant: '\u001b[31mred\nforged line' };
  writeFileSync(join(history, 'forged.json'), JSON.stringify(forged));
  const again = await workspace.run(['history', 'list', history]);
  expect(again.stdout).toContain('[31mred forged line');
  expect(again.stdout).not.toContain('\u001b[31m');
});
