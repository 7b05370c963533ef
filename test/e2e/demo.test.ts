// The main job, as README says it: `npm run demo` on the reference target, and a look at its reports in a browser.

import { copyFile, mkdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Comparison, comparisonSchema } from '../../src/compare/schema.ts';
import { packagePath } from '../../src/kernel/entry.ts';
import type { RunRecord } from '../../src/record/schema.ts';
import { artifactsFolder, canLookAtReports } from '../support/chromium.ts';
import { type CliResult, openWorkspace, readRun, recordFolders, type Workspace } from '../support/cli.ts';
import { canSeeProcesses, leftOf } from '../support/cli-left.ts';
import { untilMeasured } from '../support/patience.ts';
import { inspectReport } from './report-browser.ts';

const pairs = 6;
const longestRunMicros = 12_000_000;
const samplesOfP95 = 200;
const limitMs = 580_000;

let workspace: Workspace;
let result: CliResult;
let folder: string;
let comparison: Comparison;
let runs: readonly RunRecord[];

beforeAll(async () => {
  workspace = await openWorkspace();
  const program = ['npm', 'run', 'demo', '--'] as const;
  result = await untilMeasured(3, () =>
    workspace.run(['--out', workspace.outFolder], { program, cwd: packagePath('.'), limitMs }),
  );
  folder = recordFolders(workspace).at(-1) ?? '';
  comparison = comparisonSchema.parse(JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8')));
  runs = comparison.runs.map((run) => readRun(join(folder, run.folder)));
  await mkdir(artifactsFolder, { recursive: true });
  await copyFile(join(folder, 'report.html'), join(artifactsFolder, 'demo-report.html'));
});
afterAll(() => workspace.close());

describe('the demo', () => {
  it('exits with 0, and prints its verdict and where its report is', () => {
    expect(result.exitCode, `${result.stdout}\n${result.stderr}`).toBe(0);
    expect(result.stdout).toContain('verdict: pass');
    expect(result.stdout).toContain(`report:  ${join(folder, 'report.html')}`);
    if (canSeeProcesses())
      expect(leftOf(workspace, { processes: new Map(), listening: new Set() })).toEqual([]);
  });

  it('confirms the five claims', () => {
    expect(comparison.claims.map(({ id, verdict }) => `${id}: ${verdict}`)).toEqual([
      'dashboard-load: confirmed',
      'response-cached: confirmed',
      'database-query: confirmed',
      'poor-network-failures: confirmed',
      'poor-network-success: confirmed',
    ]);
  });

  it('has six pairs in balanced order, both members with the same seed', () => {
    expect(comparison.pairs).toBe(pairs);
    expect(comparison.runs).toHaveLength(2 * pairs);
    const firsts = comparison.runs.filter(({ position }) => position % 2 === 1);
    expect(firsts.filter(({ role }) => role === 'before')).toHaveLength(pairs / 2);
    const seeds = new Set(comparison.runs.map(({ seed }) => seed));
    expect(seeds.size).toBe(pairs);
    for (const run of runs) expect(run.load.plannedMicros).toBeLessThanOrEqual(longestRunMicros);
  });

  it('judges no p95 on fewer than 200 samples', () => {
    const judged = runs.flatMap(({ slo }) => slo).filter(({ text }) => text.startsWith('p95'));
    expect(judged.length).toBeGreaterThanOrEqual(2 * 2 * pairs);
    for (const { text, samples } of judged) expect(samples, text).toBeGreaterThanOrEqual(samplesOfP95);
  });

  it('passes after, and fails before for reasons that are told', () => {
    for (const run of comparison.runs) {
      if (run.role === 'after')
        expect(run, run.reasons.join('; ')).toMatchObject({ verdict: 'pass', reasons: [] });
      else expect(run.verdict, run.reasons.join('; ')).toBe('fail');
    }
    for (const run of runs.filter(({ variant }) => variant === 'before')) {
      expect(run.verdict.exitCode).toBe(1);
      const broken = run.slo.filter(({ status }) => status === 'fail');
      expect(broken.length).toBeGreaterThan(0);
      for (const { text } of broken) expect(run.verdict.reasons.join('\n')).toContain(text);
    }
  });

  it('injected every fault as asked, and undid it', () => {
    for (const fault of runs.flatMap(({ faults }) => faults)) {
      expect(fault).toMatchObject({ status: 'undone', traffic: { status: 'seen' } });
      expect(fault.fidelity.map(({ status }) => status)).not.toContain('outside');
    }
    expect(new Set(runs.flatMap(({ faults }) => faults.map(({ on }) => on)))).toEqual(
      new Set(['extension', 'postgres']),
    );
  });
});

describe.skipIf(!canLookAtReports())('in a browser', () => {
  const nothing = { consoleMessages: [], requests: [], violations: [], overflow: [] };

  it('the report of the comparison has nothing to complain about', async () => {
    expect(await inspectReport(join(folder, 'report.html'), artifactsFolder, 'demo')).toEqual(nothing);
  });

  it.each(['before', 'after'] as const)('nor has that of a run of %s', async (role) => {
    const run = comparison.runs.find((entry) => entry.role === role)!;
    const path = join(folder, run.folder, 'report.html');
    expect(await inspectReport(path, artifactsFolder, `demo-${role}`)).toEqual(nothing);
  });
});
