// `mettle trend`: stored histories and records in, change points and forecasts out, with the exit code that they mean.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trendSchema } from '../../src/compare/trend-schema.ts';
import type { HistoryEntry } from '../../src/record/history-schema.ts';
import { openWorkspace, type Workspace } from '../support/cli.ts';
import { historyOf, stretches } from '../support/trends.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
});
afterAll(() => workspace.close());

function keep(name: string, entries: readonly HistoryEntry[]): string {
  const folder = join(workspace.folder, name);
  mkdirSync(folder, { recursive: true });
  for (const entry of entries) writeFileSync(join(folder, `${entry.id}.json`), JSON.stringify(entry));
  return folder;
}

const steady = () => keep('steady', historyOf({ medians: stretches([30, 100_000]) }));
const worse = () => keep('worse', historyOf({ medians: stretches([20, 100_000], [20, 130_000]) }));

it('fails on a regression, and names the runs and commits between which it falls', async () => {
  const result = await workspace.run(['trend', worse()]);
  expect(result.exitCode, result.stderr).toBe(1);
  expect(result.stdout).toMatch(/regressed {2}p95\(query\): \S+ -> \S+, 40 runs/);
  expect(result.stdout).toMatch(/between run-019 \(0014cccccc\) and run-020 \(0015cccccc\)/);
  const report = /report: +(.+)/.exec(result.stdout)?.[1] ?? '';
  expect(readFileSync(report, 'utf8')).toContain('<!doctype html>');
  expect(readFileSync(join(dirname(report), 'summary.md'), 'utf8')).toContain('run-020');
});

it('--json prints the document and nothing else; the report is made again from it, byte for byte', async () => {
  const result = await workspace.run(['trend', worse(), '--limit', 'p95(query) < 2s', '--json']);
  expect(result.exitCode, result.stderr).toBe(1);
  const { report, ...printed } = JSON.parse(result.stdout) as { report: string };
  const trend = trendSchema.parse(printed);
  expect(trend.series[0]!.metrics[0]!.changes[0]!.index).toBe(20);
  const stored = JSON.parse(readFileSync(join(dirname(report), 'trend.json'), 'utf8')) as unknown;
  expect(stored).toEqual(trend);
  const first = readFileSync(report);
  rmSync(report);
  const again = await workspace.run(['report', dirname(report)]);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(readFileSync(report).equals(first)).toBe(true);
});

it('passes where nothing changed, and passes over what is corrupt or foreign, loudly', async () => {
  const folder = steady();
  writeFileSync(join(folder, 'torn.json'), '{"formatVersion": 1,');
  writeFileSync(join(folder, 'foreign.json'), '{"name": "something else"}');
  const result = await workspace.run(['trend', folder]);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stderr).toMatch(/torn\.json is passed over/);
  expect(result.stderr).toMatch(/foreign\.json is passed over/);
  expect(result.stdout).toContain('verdict: pass');
});

it('accepts what a suppression accepts, and tells what is wrong in its file', async () => {
  const good = await workspace.file(
    'accepted.yml',
    '- { metric: p95(query), at: run-020, up_to: 40%, reason: encryption, expires: 2999-12-31 }\n',
  );
  const accepted = await workspace.run(['trend', worse(), '--suppressions', good]);
  expect(accepted.exitCode, accepted.stderr).toBe(0);
  expect(accepted.stdout).toContain('accepted until 2999-12-31: encryption');
  const bad = await workspace.file('wrong.yml', '- { metric: p95(query), at: run-020, up_to: 40% }\n');
  const refused = await workspace.run(['trend', worse(), '--suppressions', bad]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/wrong\.yml:1:3: missing key "reason"/);
});

it('a limit that is crossed already fails, too few runs are 3', async () => {
  const crossed = await workspace.run(['trend', steady(), '--limit', 'p95(query) < 90ms']);
  expect(crossed.exitCode, crossed.stderr).toBe(1);
  expect(crossed.stdout).toMatch(/p95\(query\) < 90ms: crossed: the median of the last 30 runs/);
  const few = keep('few', historyOf({ medians: stretches([12, 100_000]) }));
  const result = await workspace.run(['trend', few]);
  expect(result.exitCode, result.stderr).toBe(3);
  expect(result.stdout).toContain('12 runs: at least 15 are needed');
});

it('reads records of runs, and a folder with records and their history counts each run once', async () => {
  for (let turn = 0; turn < 2; turn += 1) {
    const url = 'http://127.0.0.1:9/';
    await workspace.run(['run', url, '--rate', '20/s', '--for', '1s', '--slo', 'error_rate < 99%']);
  }
  const result = await workspace.run(['trend', workspace.outFolder, '--metric', 'error_rate', '--json']);
  expect(result.exitCode, result.stderr).toBe(3);
  const trend = trendSchema.parse(
    Object.fromEntries(
      Object.entries(JSON.parse(result.stdout) as Record<string, unknown>).filter(
        ([key]) => key !== 'report',
      ),
    ),
  );
  const metrics = trend.series.flatMap((series) => series.metrics);
  const counted = metrics.map(({ runs, leftOut }) => runs.length + leftOut.unfit + leftOut.withoutValue);
  expect(counted).toEqual([2]);
});

const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a folder that is not there', ['nowhere'], /nowhere: no such folder/],
  ['a metric nobody knows', ['steady', '--metric', 'p9x(query)'], /unknown metric `p9x`/],
  ['a metric that no run has', ['steady', '--metric', 'p95(qeury)'], /no run has the metric `p95\(qeury\)`/],
  ['a variant that no run has', ['steady', '--variant', 'befor'], /no run has the variant `befor`/],
  [
    'a limit that is relative',
    ['steady', '--limit', 'p95(query) <= +10% vs last_green'],
    /needs a fixed limit/,
  ],
  ['a limit with a window', ['steady', '--limit', 'p95(query) < 2s over 10s'], /leave out `over`/],
  ['a limit without unit', ['steady', '--limit', 'p95(query) < 200'], /needs a unit/],
  ['a horizon without unit', ['steady', '--horizon', '90'], /is no number of days such as 90d/],
  [
    'a suppression file that is not there',
    ['steady', '--suppressions', 'none.yml'],
    /none\.yml: no such file/,
  ],
  ['nothing', [], /missing required argument 'records'/],
];

it.each(mistakes)('refuses %s in one message: 2', async (_says, args, message) => {
  steady();
  const result = await workspace.run(['trend', ...args], { cwd: workspace.folder });
  expect(result.exitCode, result.stderr).toBe(2);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at /);
});

it('what others wrote gives no orders to the terminal', async () => {
  const folder = keep(
    'hostile',
    historyOf({
      medians: stretches([20, 100_000], [20, 130_000]),
      different: () => ({ variant: 'after\u001b[2J\u001b[31m', target: 'rag\nverdict: pass' }),
    }),
  );
  const result = await workspace.run(['trend', folder]);
  expect(result.exitCode, result.stderr).toBe(1);
  expect(result.stdout).not.toContain('\u001b[2J');
  expect(result.stdout).not.toMatch(/^verdict: pass/m);
});

it('--branch takes the runs of one branch, and refuses one that no run has', async () => {
  const folder = keep(
    'branches',
    historyOf({
      medians: stretches([60, 100_000]),
      different: (index) => ({
        commit: {
          sha: index.toString(16).padStart(40, 'a'),
          branch: index % 2 === 0 ? 'main' : 'topic',
          at: null,
          dirty: false,
        },
      }),
    }),
  );
  const result = await workspace.run(['trend', folder, '--branch', 'main']);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stdout).toContain('30 runs');
  const refused = await workspace.run(['trend', folder, '--branch', 'mian']);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('no run has the branch `mian`');
});
