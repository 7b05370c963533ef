// The noise floor for later comparisons: found by comparable runs, told when it is old, never a reason to fail.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { traitsOf } from '../../../src/compare/comparable.ts';
import type { Noise } from '../../../src/record/noise-schema.ts';
import { ageOfNoise, keepNoise, knownNoise, storedNoise } from '../../../src/run/known-noise.ts';
import { realisticRun } from '../../support/run-data.ts';

const { run } = realisticRun({ seed: 1 });
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const noise = (measuredAt: string): Noise => ({
  ...{
    formatVersion: 1,
    id: 'n',
    measuredAt,
    variant: 'after',
    pairs: 10,
    traits: traitsOf(run),
    metrics: [],
  },
});

let folder = '';
let said: string[] = [];
const say = (line: string): number => said.push(line);
const environment = (): NodeJS.ProcessEnv => ({ METTLE_STATE_DIR: join(folder, 'state') });
beforeEach(async () => {
  said = [];
  folder = await mkdtemp(join(tmpdir(), 'mettle-known-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is found by a run that is comparable, whatever its seed and variant, and by no other', async () => {
  expect(await keepNoise(noise(daysAgo(1)), environment())).toBeNull();
  const other = { ...run, seed: 7, variant: 'before', id: 'another' };
  expect((await knownNoise(other, say, environment()))?.id).toBe('n');
  const faster = { ...run, environment: { ...run.environment, fingerprint: 'another machine' } };
  expect(await knownNoise(faster, say, environment())).toBeNull();
  expect(said).toEqual([]);
});

test('says its age after a month, and is shown all the same', async () => {
  await keepNoise(noise(daysAgo(45)), environment());
  expect(await knownNoise(run, say, environment())).not.toBeNull();
  expect(said).toEqual([expect.stringContaining('45 days ago')]);
  await storedNoise(run, say, environment());
  expect(said).toHaveLength(1);
  expect(ageOfNoise({ measuredAt: '2026-01-01T00:00:00.000Z' }, '2026-01-31T00:00:00.000Z')).toBeNull();
  expect(ageOfNoise({ measuredAt: '2026-01-01T00:00:00.000Z' }, '2026-02-01T00:00:00.000Z')).toContain(
    '31 days',
  );
});

test('a state folder that cannot be used is told, never thrown', async () => {
  await writeFile(join(folder, 'state'), 'a file');
  expect(await keepNoise(noise(daysAgo(1)), environment())).toContain('cannot be kept');
  expect(await knownNoise(run, say, environment())).toBeNull();
  expect(said).toHaveLength(1);
});
