// Noise floors on disk: found by what makes runs comparable, and never believed when they are damaged or of other runs.

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Noise } from '../../../src/record/noise-schema.ts';
import { readNoise, writeNoise } from '../../../src/record/noise-store.ts';

const traits = { scenario: 'a1', machine: 'm1', load: '[{"rate":5}]' };
const noise: Noise = {
  ...{ formatVersion: 1, id: 'n1', measuredAt: '2026-01-02T03:04:05.000Z', variant: 'after', pairs: 10 },
  traits,
  metrics: [
    {
      ...{ metric: 'p95(query)', unit: 'µs', scale: 'log', estimate: 0.01, deviation: 0.03 },
      ...{ outcome: 'no change', comparisons: 1_024, falseAlarms: 3 },
      repeated: { comparisons: 2, falseAlarms: 0 },
      detectable: [{ pairs: 6, change: 0.12 }],
    },
  ],
};

let folder = '';
let said: string[] = [];
const say = (line: string): number => said.push(line);
const fileIn = async (): Promise<string> => join(folder, 'noise', (await readdir(join(folder, 'noise')))[0]!);

beforeEach(async () => {
  said = [];
  folder = await mkdtemp(join(tmpdir(), 'mettle-noise-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is found by equal traits in any order, and by no others', async () => {
  await writeNoise(folder, noise);
  expect(await readNoise(folder, { machine: 'm1', load: '[{"rate":5}]', scenario: 'a1' }, say)).toEqual(
    noise,
  );
  expect(await readNoise(folder, { ...traits, machine: 'm2' }, say)).toBeNull();
  expect(said).toEqual([]);
  expect((await stat(join(folder, 'noise'))).mode & 0o077).toBe(0);
});

test('a newer one takes the place of an older one', async () => {
  await writeNoise(folder, noise);
  await writeNoise(folder, { ...noise, id: 'n2' });
  expect((await readNoise(folder, traits))?.id).toBe('n2');
  expect(await readdir(join(folder, 'noise'))).toHaveLength(1);
});

test.each([
  ['what is no JSON', () => '{"formatVersion": 1, "id"', 'cannot be read'],
  ['nothing', () => '', 'cannot be read'],
  ['another document', () => '{"verdict":"pass"}', 'is no noise floor'],
  [
    'a later format',
    (text: string) => text.replace('"formatVersion": 1', '"formatVersion": 2'),
    'is no noise floor',
  ],
  ['another machine’s', (text: string) => text.replace('"m1"', '"m2"'), 'of other runs'],
])('%s in the place of a noise floor counts as none, and is told', async (_what, damage, words) => {
  await writeNoise(folder, noise);
  const file = await fileIn();
  await writeFile(file, damage(await readFile(file, 'utf8')));
  expect(await readNoise(folder, traits, say)).toBeNull();
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(file);
  expect(said[0]).toContain(words);
});

test('a state folder that is not there, or is a file, has none', async () => {
  expect(await readNoise(join(folder, 'missing'), traits, say)).toBeNull();
  expect(said).toEqual([]);
  await writeFile(join(folder, 'file'), '');
  expect(await readNoise(join(folder, 'file'), traits, say)).toBeNull();
  expect(said).toHaveLength(1);
});
