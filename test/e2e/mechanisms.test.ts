// Each claim hangs on its mechanism and on nothing else: switched off, that claim is lost and the others are kept.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/compare/schema.ts';
import { packagePath } from '../../src/kernel/entry.ts';
import { runRecordSchema } from '../../src/record/schema.ts';
import { openWorkspace, readRun, recordFolders, runMeasured, type Workspace } from '../support/cli.ts';
import { untilMeasured } from '../support/patience.ts';

const claimsOf = {
  'toxic-detector-cold-start': ['cold-start'],
  'toxic-detector-users': ['concurrent-users'],
} as const;

/**
 * Two single runs say it: without its mechanism `after` is no longer as far from `before` as was claimed, and keeps the
 * promises that hang on the others. With the mechanism INDEXES the ratios are 0.2, without it 0.6 and more.
 */
const mechanisms = [
  {
    off: 'INDEXES=off',
    scenario: 'toxic-detector',
    lost: [
      { of: 'p50(dashboard) < 1s', isLost: (before: number, after: number) => after > 0.4 * before },
      {
        of: 'p50(comments) < 1s during steady, fault:poor-network',
        isLost: (before: number, after: number) => after > 0.4 * before,
      },
    ],
    kept: ['p50(overview) < 10ms', 'error_rate(extension) < 3% during fault:poor-network'],
  },
  {
    off: 'CACHE=off',
    scenario: 'toxic-detector',
    lost: [{ of: 'p50(overview) < 10ms', isLost: (before: number, after: number) => after > 0.15 * before }],
    kept: ['p95(dashboard) < 400ms', 'error_rate(extension) < 3% during fault:poor-network'],
  },
  {
    off: 'EXTENSION_RETRIES=off',
    scenario: 'toxic-detector',
    lost: [
      {
        of: 'error_rate(extension) < 3% during fault:poor-network',
        isLost: (before: number, after: number) => after > 0.1 * before,
      },
    ],
    kept: ['p95(dashboard) < 400ms', 'p50(overview) < 10ms'],
  },
  {
    off: 'COLD_START=blocking',
    scenario: 'toxic-detector-cold-start',
    lost: [
      {
        of: 'error_rate(alive) < 33% during fault:cold-start',
        // The training takes now and then half as long as usual.
        isLost: (before: number, after: number) => before > 0.05 && after > 0.5 * before,
      },
    ],
    kept: ['error_rate(alive) < 5% during steady'],
  },
  {
    off: 'DB_POOL=off',
    scenario: 'toxic-detector-users',
    lost: [
      {
        of: 'throughput(comments) >= 150/s during fault:far-database',
        isLost: (before: number, after: number) => before > 1 && after < 4 * before,
      },
    ],
    kept: [],
  },
] as const;
const limitMs = 580_000;

let workspace: Workspace;
/** Folders of the runs of `before`, by scenario: each is made once. */
const befores = new Map<string, string>();
beforeAll(async () => {
  workspace = await openWorkspace();
});
afterAll(() => workspace.close());

/** The folder of its record. */
async function runOf(scenario: string, ...more: string[]): Promise<string> {
  await runMeasured(workspace, [packagePath(`scenarios/${scenario}.yml`), '--no-history', ...more], {
    limitMs,
  });
  return recordFolders(workspace).at(-1) ?? '';
}

async function beforeOf(scenario: string): Promise<string> {
  const folder = befores.get(scenario) ?? (await runOf(scenario, '--variant', 'before'));
  befores.set(scenario, folder);
  return folder;
}

/** What the record at `folder` says to a promise, whether the scenario has it or not. */
async function valueIn(folder: string, promise: string): Promise<number> {
  // With the scenario's own promises: they say when it had recovered, and so what is steady.
  const own = readRun(folder).slo.map(({ text }) => text);
  const judge = await workspace.file('judge.yml', JSON.stringify({ slo: [...new Set([...own, promise])] }));
  const { stdout, stderr } = await workspace.run(['report', folder, '--judge', judge, '--json']);
  const value = runRecordSchema.parse(JSON.parse(stdout)).slo.find(({ text }) => text === promise)?.value;
  expect(value, `${promise}\n${stdout}\n${stderr}`).toEqual(expect.any(Number));
  return value ?? NaN;
}

it.each(mechanisms)(
  'with $off what $scenario claims of it is lost',
  async ({ off, scenario, lost, kept }) => {
    const before = await beforeOf(scenario);
    const after = await runOf(scenario, '--variant', 'after', '--set', `target.env.${off}`);
    for (const { of, isLost } of lost) {
      const [was, is] = [await valueIn(before, of), await valueIn(after, of)];
      expect(isLost(was, is), `${of}: ${was} before, ${is} after`).toBe(true);
    }
    const { slo } = readRun(after);
    const others = slo.filter(({ text }) => (kept as readonly string[]).includes(text));
    expect(others.map(({ text, status }) => `${text}: ${status}`)).toEqual(
      others.map(({ text }) => `${text}: pass`),
    );
    expect(others).toHaveLength(kept.length);
  },
);

it.each(['toxic-detector-cold-start', 'toxic-detector-users'] as const)(
  'the claims of %s hold',
  // Once more where the machine was at fault: with six pairs a single one decides. A claim that is lost is lost twice.
  { retry: 1 },
  async (scenario) => {
    const args = ['verify', packagePath(`scenarios/${scenario}.yml`), '--quick', '--json'];
    const result = await untilMeasured(3, () => workspace.run(args, { limitMs }));
    const { claims } = comparisonSchema.parse(JSON.parse(result.stdout));
    expect(
      claims.map(({ id, verdict }) => ({ id, verdict })),
      result.stdout,
    ).toEqual(claimsOf[scenario].map((id) => ({ id, verdict: 'confirmed' })));
    expect(result.exitCode).toBe(0);
  },
);
