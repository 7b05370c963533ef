// A comparison that was kept must not go on saying `pass` when something turns out to be left behind.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { comparisonSchema, type Comparison } from '../../../src/compare/schema.ts';
import { keepComparison, keepUndoFailure } from '../../../src/run/keep-comparison.ts';
import { sampleComparison } from '../../support/comparison-data.ts';

type Verdict = Comparison['verdict'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-comparison-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const kept = async (): Promise<Comparison> =>
  comparisonSchema.parse(JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8')));

test('what could not be undone decides over the verdict that was kept, and what it said stays below', async () => {
  const verdict: Verdict = { status: 'inconclusive', reasons: ['p95(query): too noisy'], exitCode: 3 };
  const comparison = { ...sampleComparison(), verdict };
  const report = await keepComparison(folder, comparison);
  await keepUndoFailure(folder, comparison, 'an undo could not be completed: a proxy of ours');
  const told = await kept();
  expect(told).toEqual({
    ...comparison,
    verdict: {
      status: 'fail',
      reasons: ['an undo could not be completed: a proxy of ours', 'p95(query): too noisy'],
      exitCode: 4,
    },
  });
  expect(await readFile(report, 'utf8')).toContain('an undo could not be completed: a proxy of ours');
});

test('one that says so already stays as it is', async () => {
  const verdict: Verdict = { status: 'fail', reasons: ['run a: a toxic is left'], exitCode: 4 };
  const comparison = { ...sampleComparison(), verdict };
  await keepComparison(folder, comparison);
  await keepUndoFailure(folder, comparison, 'an undo could not be completed: a toxic');
  expect((await kept()).verdict).toEqual(verdict);
});
