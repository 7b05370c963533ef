// `mettle slo`: the catalogue, the metrics, OpenSLO in and out; and a stored run judged by OpenSLO.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeRecord } from '../../src/record/store.ts';
import { openWorkspace, readRun, type Workspace } from '../support/cli.ts';
import { realisticRun } from '../support/run-data.ts';
import { writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

/** A scenario with one series, `work`, and these promises. */
async function scenarioWith(promises: readonly unknown[], length = '2s'): Promise<string> {
  const target = await writeTarget(workspace);
  const flows = { all: { steps: [{ http: 'GET /work', name: 'work' }] } };
  const load = [{ flow: 'all', arrivals: [{ rate: '30/s', for: length }] }];
  return await workspace.file(
    'scenario.yml',
    JSON.stringify({ name: 'x', target, flows, load, slo: promises }),
  );
}

const slo = (...args: readonly string[]) => workspace.run(['slo', ...args]);

describe('list', () => {
  it('tells every entry and every metric in a line', async () => {
    const { exitCode, stdout } = await slo('list');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}web-api +An HTTP API/m);
    expect(stdout).toMatch(/^ {2}apdex\(<series>, 500ms\) +score +higher is better +satisfied/m);
    const { catalogue, metrics } = JSON.parse((await slo('list', '--json')).stdout) as Record<
      string,
      unknown[]
    >;
    expect(catalogue).toContainEqual(expect.objectContaining({ name: 'burn-rate', promises: 4 }));
    expect(metrics).toContainEqual(
      expect.objectContaining({ name: 'error_rate', unit: 'share', better: 'lower' }),
    );
  });
});

describe('show', () => {
  it('tells the promises of an entry, with parameters filled in', async () => {
    const { exitCode, stdout } = await slo(
      'show',
      'web-api',
      '--with',
      'series=query',
      '--with',
      'satisfied=1s',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}p95 +p95\(query\) < 200ms +fail +API p95 < 200 ms$/m);
    expect(stdout).toMatch(/^ {2}apdex +apdex\(query, 1s\) >= 0\.8 +fail/m);
    const json = JSON.parse((await slo('show', 'burn-rate', '--json')).stdout) as { promises: unknown[] };
    expect(json.promises[0]).toMatchObject({ id: 'page-fast', loadMicros: 60e6, severity: 'fail' });
  });

  it('refuses what there is not', async () => {
    const entry = await slo('show', 'web-ap');
    expect(entry.exitCode).toBe(2);
    expect(entry.stderr).toContain('the catalogue has no entry "web-ap" — did you mean "web-api"?');
    const parameter = await slo('show', 'web-api', '--with', 'serie=query');
    expect(parameter.exitCode).toBe(2);
    expect(parameter.stderr).toContain('"web-api" has no parameter "serie" — did you mean "series"?');
    expect((await slo('show', 'web-api', '--with', 'query')).stderr).toContain('expected key=value');
  });
});

describe('a scenario with an entry of the catalogue', () => {
  it('says what it stands for and what is left out: validate and --dry-run', async () => {
    const api = { use: 'web-api', with: { series: 'work' }, except: ['first-byte'] };
    const path = await scenarioWith([api, { use: 'burn-rate' }], '61s');
    const validated = await workspace.run(['validate', '--expand', path]);
    expect(validated.exitCode, validated.stdout).toBe(0);
    expect(validated.stdout).toContain('- p99(work) < 500ms');
    expect(validated.stdout).toMatch(
      /"burn-rate" leaves out `burn\(99\.9%\) < 6 over 360s\/30s`: it needs 6m/,
    );
    const dry = await workspace.run(['run', path, '--dry-run']);
    expect(dry.exitCode, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('would check: apdex(work, 200ms) >= 0.8');
    expect(dry.stdout).toContain('would check: burn(99.9%) < 14.4 over 60s/5s');
    expect(dry.stderr).toContain('"burn-rate" leaves out');
  });

  it('is refused when nobody watches what it promises about', async () => {
    const path = await scenarioWith([{ use: 'golden-signals', with: { memory: '512MiB' } }]);
    const { exitCode, stdout } = await workspace.run(['validate', path]);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/:1:\d+: "golden-signals" promises `cpu\(target\) < 80%`: .*except: \[cpu\]/);
  });
});

describe('OpenSLO', () => {
  it('is exported from a scenario and imported again', async () => {
    const promises = ['p95(work) < 2s', 'error_rate(work) < 5%', 'mean(work) < 1s'];
    const path = await scenarioWith(promises);
    const exported = await slo('export', path);
    expect(exported.exitCode, exported.stderr).toBe(0);
    expect(exported.stdout.match(/^apiVersion: openslo\/v1$/gm)).toHaveLength(3);
    const file = await workspace.file('slos.yml', exported.stdout);
    const imported = await slo('import', file);
    expect(imported.stdout).toBe(`slo:\n${promises.map((one) => `  - ${one}\n`).join('')}`);
    expect(imported.stderr).toBe('');
    expect(JSON.parse((await slo('import', file, '--json')).stdout)).toEqual({ slo: promises });
    const documents = JSON.parse((await slo('export', path, '--json')).stdout) as { kind: string }[];
    expect(documents.map(({ kind }) => kind)).toEqual(['SLO', 'SLO', 'SLO']);
  });

  it('judges a stored run; what is no promise is passed over with a word', async () => {
    const record = join(workspace.folder, 'record');
    await mkdir(record);
    await writeRecord(record, realisticRun({ seconds: 40 }));
    const own = (limit: string): string => `apiVersion: openslo/v1
kind: SLO
metadata: { name: fast, annotations: { mettle/metric: p50(query), mettle/unit: ms } }
spec:
  indicator: { spec: { thresholdMetric: { metricSource: { type: Any } } } }
  objectives: [{ op: lt, value: ${limit}, target: 0.5 }]
---
{ apiVersion: openslo/v1, kind: Service, metadata: { name: shop }, spec: {} }
`;
    const harsh = await workspace.run([
      'report',
      record,
      '--judge',
      await workspace.file('harsh.yml', own('0.001')),
    ]);
    expect(harsh.exitCode, harsh.stderr).toBe(1);
    expect(harsh.stderr).toContain('passed over: Service "shop"');
    expect(readRun(join(record, 'judged-harsh')).slo).toMatchObject([
      { text: 'p50(query) < 0.001ms', status: 'fail' },
    ]);
    const mild = await workspace.run([
      'report',
      record,
      '--judge',
      await workspace.file('mild.yml', own('90000')),
    ]);
    expect(mild.exitCode, mild.stderr).toBe(0);
  });

  it('is refused at its place', async () => {
    const path = await workspace.file('slos.yml', 'apiVersion: openslo/v2alpha\nkind: SLO\n');
    const { exitCode, stderr } = await slo('import', path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('slos.yml:1:13: "openslo/v2alpha" is not read, only "openslo/v1"');
    expect((await slo('import', 'nothing.yml')).stderr).toContain('no such file');
    expect((await slo('import', 'nothing.yml')).exitCode).toBe(2);
  });
});
