// `mettle compare` over stored records: what it prints and writes, how it ends, and what it says of mistakes.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/compare/schema.ts';
import { writeRecord } from '../../src/record/store.ts';
import { type CliResult, openWorkspace, type Workspace } from '../support/cli.ts';
import { runDataOf } from '../support/run-record.ts';
import { repeated, sliceOf } from '../support/slices.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const second = 1_000_000;

/** `ABBA…`: into `a` with 100 ms, into `b` with 50 ms; ten seconds each, every minute. */
async function keepRuns(order: string): Promise<void> {
  for (const [index, letter] of Array.from(order).entries()) {
    const micros = (letter === 'A' ? 100_000 : 50_000) + 100 * index;
    const id = `${letter}${index}`;
    const data = runDataOf({
      slices: [sliceOf('query', 0, 10 * second, { okMicros: repeated(400, micros) })],
      series: [{ name: 'query', timeoutMicros: 5 * second }],
      ...{ id, primary: 'p50(query)', variant: letter === 'A' ? 'before' : 'after' },
      startedAt: new Date(Date.UTC(2026, 0, 5, 9, index)).toISOString(),
    });
    const folder = join(workspace.folder, letter.toLowerCase(), id);
    await mkdir(folder, { recursive: true });
    await writeRecord(folder, data);
  }
}

const compare = (...args: readonly string[]): Promise<CliResult> =>
  workspace.run(['compare', ...args, '--out', workspace.outFolder]);

const inTurn = 'ABBA'.repeat(3);

it('judges two folders of runs, and leaves a comparison whose report can be made again', async () => {
  await keepRuns(inTurn);
  const { exitCode, stdout, stderr } = await compare('a', 'b');
  expect(exitCode, stdout + stderr).toBe(0);
  expect(stdout).toContain('improved');
  expect(stdout).toContain('verdict: pass');
  const [id] = readdirSync(workspace.outFolder);
  const folder = join(workspace.outFolder, id ?? '');
  const comparison = comparisonSchema.parse(
    JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8')),
  );
  expect(comparison).toMatchObject({ pairs: 6, variants: { before: 'before', after: 'after' } });
  expect(existsSync(join(folder, comparison.runs[0]?.folder ?? '', 'run.json'))).toBe(true);
  const html = readFileSync(join(folder, 'report.html'));
  const again = await workspace.run(['report', folder]);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(readFileSync(join(folder, 'report.html')).equals(html)).toBe(true);
});

it('finds the regression the other way round, and prints one document with --json', async () => {
  await keepRuns(inTurn);
  const { exitCode, stdout, stderr } = await compare('b', 'a', '--json');
  expect(exitCode, stderr).toBe(1);
  const comparison = comparisonSchema.parse(JSON.parse(stdout));
  expect(comparison.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
});

it('refuses blocks, and compares them by force, saying so', async () => {
  await keepRuns('AAAAAABBBBBB');
  const refused = await compare('a', 'b');
  expect(refused.exitCode, refused.stdout).toBe(3);
  expect(refused.stdout).toContain('made in blocks');
  const forced = await compare('a', 'b', '--force');
  expect(forced.exitCode, forced.stdout).toBe(0);
  expect(forced.stdout).toContain('made in blocks');
});

it('shows what two single runs differ in, and judges nothing', async () => {
  await keepRuns('AB');
  const { exitCode, stdout } = await compare('a/A0', 'b/B1');
  expect(exitCode, stdout).toBe(3);
  expect(stdout).toContain('1 pair says nothing about chance: at least 6 are needed');
  expect(stdout).toMatch(/p50\(query\) +100(\.\d+)?ms -> 50(\.\d+)?ms, −49\.\d%/);
});

it.each<[readonly string[], string]>([
  [['a', 'nowhere'], 'no record at nowhere'],
  [['a', 'a'], 'the same run is on both sides: A0'],
  [['a/A0'], 'a single run has nothing to be compared with'],
  [['a', 'b', '--primary', 'p95(qery)'], 'unknown series `qery`'],
  [['a', 'b', '--set', 'seed=1'], '--set goes with --scenario'],
  [['a', 'b', '--scenario', 'nowhere.yml'], 'nowhere.yml'],
  [['a', 'b', 'c'], 'too many arguments'],
  [[], 'missing required argument'],
])('%j is a mistake that is told in one message', async (args, message) => {
  await keepRuns('AB');
  const { exitCode, stdout, stderr } = await compare(...args);
  expect(exitCode, stderr).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(existsSync(workspace.outFolder)).toBe(false);
});
