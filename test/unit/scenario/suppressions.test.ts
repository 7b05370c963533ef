// The file of suppressions: what it means, and every mistake by line and column.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSuppressions } from '../../../src/scenario/suppressions.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-suppressions-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string) {
  await writeFile(join(folder, 's.yml'), text);
  return await loadSuppressions('s.yml', folder);
}

const entry = (overrides: Readonly<Record<string, string | undefined>> = {}): string => {
  const keys: Readonly<Record<string, string | undefined>> = {
    metric: 'p95(query)',
    at: 'run-020',
    up_to: '20%',
    reason: 'known',
    expires: '2026-12-31',
    ...overrides,
  };
  const lines = Object.entries(keys).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${value}`],
  );
  return `- ${lines.join('\n  ')}\n`;
};

it('a commit in capitals is the same commit', async () => {
  const [read] = await load(entry({ at: '3F2A9C1' }));
  expect(read!.at).toEqual({ kind: 'commit', sha: '3f2a9c1' });
  await expect(load(entry({ at: '3F2A' }))).rejects.toThrow(/too short for a commit/);
});

it('reads sizes on the scale of changes, and places of each kind', async () => {
  const text = [
    entry({ metric: 'p95(query) during steady', at: '3f2a9c1' }),
    entry({ metric: 'throughput', at: '2026-11-01..2026-11-05', scenario: 'rag' }),
    entry({ metric: 'error_rate(query)', at: '2026-11-03', up_to: '0.5 points', variant: 'after' }),
    entry(),
  ].join('');
  const read = await load(text);
  expect(read.map(({ metric, at, scenario, variant }) => ({ metric, at, scenario, variant }))).toEqual([
    {
      metric: 'p95(query) during steady',
      at: { kind: 'commit', sha: '3f2a9c1' },
      scenario: null,
      variant: null,
    },
    {
      metric: 'throughput',
      at: { kind: 'days', from: '2026-11-01', to: '2026-11-05' },
      scenario: 'rag',
      variant: null,
    },
    {
      metric: 'error_rate(query)',
      at: { kind: 'days', from: '2026-11-03', to: '2026-11-03' },
      scenario: null,
      variant: 'after',
    },
    { metric: 'p95(query)', at: { kind: 'run', id: 'run-020' }, scenario: null, variant: null },
  ]);
  expect(read[0]!.most).toBeCloseTo(Math.log(1.2), 12);
  expect(read[1]!.most).toBeCloseTo(-Math.log(0.8), 12);
  expect(read[2]!.most).toBeCloseTo(0.005, 12);
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['lacks a reason', entry({ reason: undefined }), /^s\.yml:1:3: missing key "reason"/],
  ['lacks an expiry', entry({ expires: undefined }), /^s\.yml:1:3: missing key "expires"/],
  ['lacks a size', entry({ up_to: undefined }), /^s\.yml:1:3: missing key "up_to"/],
  [
    'has a key too many',
    entry({ expire: '2026-12-31' }),
    /^s\.yml:6:3: unknown key "expire" — did you mean "expires"\?/,
  ],
  ['names no metric', entry({ metric: 'p95(query' }), /^s\.yml:1:14: this `\(` is never closed/],
  ['names an unknown metric', entry({ metric: 'p9x(query)' }), /^s\.yml:1:11: unknown metric `p9x`/],
  ['expires on no day', entry({ expires: '2026-02-30' }), /^s\.yml:5:12: "2026-02-30" is not a day/],
  [
    'expires never',
    entry({ expires: 'never' }),
    /^s\.yml:5:12: "never" is not a day — write e\.g\. 2027-03-31/,
  ],
  ['is at no day', entry({ at: '2026-13-01' }), /^s\.yml:2:7: "2026-13-01" is not a day/],
  ['ends before it begins', entry({ at: '2026-11-05..2026-11-01' }), /^s\.yml:2:7: .* ends before it begins/],
  ['has too short a commit', entry({ at: '3f2a' }), /^s\.yml:2:7: "3f2a" is too short for a commit/],
  [
    'has a size without unit',
    entry({ up_to: '"20"' }),
    /^s\.yml:3:\d+: "20" is no size of a change — write e\.g\. `20%`/,
  ],
  ['has a size of nothing', entry({ up_to: '0%' }), /^s\.yml:3:\d+: "0%" is no size/],
  [
    'has a fall of everything',
    entry({ metric: 'throughput', up_to: '100%' }),
    /^s\.yml:3:\d+: "100%" is no size/,
  ],
  ['has points for times', entry({ up_to: '3 points' }), /^s\.yml:3:\d+: "3 points" is no size/],
  [
    'has a percentage for shares',
    entry({ metric: 'error_rate' }),
    /^s\.yml:3:\d+: "20%" is no change of `error_rate`, which is counted in points/,
  ],
  ['is empty', '[]\n', /^s\.yml:1:1: there is no suppression/],
  ['is no list', 'metric: p95\n', /^s\.yml:1:1: /],
];

it.each(wrong)('refuses a file that %s', async (_says, text, message) => {
  await expect(load(text)).rejects.toMatchObject({ code: 'INVALID_FILE', exitCode: 2 });
  await expect(load(text)).rejects.toThrow(message);
});

it('tells every mistake at once, and of a file that is not there', async () => {
  const both = `${entry({ expires: 'never' })}${entry({ at: '2026-13-01' })}`;
  await expect(load(both)).rejects.toThrow(/5:12.*\n.*7:7/);
  await expect(loadSuppressions('none.yml', folder)).rejects.toThrow(/no such file/);
});
