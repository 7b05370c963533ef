// A history as this version understands it: metrics that it does not know are left out, and what it says fits a terminal.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendHistory } from '../../../src/record/history.ts';
import { knownEntries, knownHistory } from '../../../src/run/known-history.ts';
import { entryOf, primaryMetric, valueOf } from '../../support/history.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-known-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each(['p95(query', 'vibes(query)', ' p95( query )'])('the metric "%s" is left out', async (metric) => {
  const entry = entryOf({ id: 'a' });
  await appendHistory(folder, { ...entry, values: [valueOf({ metric, value: 1 }), ...entry.values] });
  await appendHistory(folder, entryOf({ id: 'b' }));
  const { entries, skipped } = await knownHistory(folder);
  expect(entries.map(({ values }) => values.map((value) => value.metric))).toEqual([
    [primaryMetric],
    [primaryMetric],
  ]);
  expect(skipped).toHaveLength(1);
  expect(skipped[0]).toContain('a: this version knows no metric');
});

test('nothing that others wrote moves the cursor, colours or forges a line', async () => {
  const entry = entryOf({ id: 'a' });
  await appendHistory(folder, { ...entry, values: [valueOf({ metric: '\u001b[31mred\n\u009b2Jp95' })] });
  await writeFile(join(folder, 'x\u001b[31m\n.json'), '{');
  const { skipped } = await knownHistory(folder);
  expect(skipped).toHaveLength(2);

  for (const line of skipped) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('of many of a kind only some are told, and how many more there are', async () => {
  for (let index = 0; index < 8; index += 1) await writeFile(join(folder, `torn-${index}.json`), '{');
  const said: string[] = [];
  expect(await knownEntries(folder, (line) => said.push(line))).toEqual([]);
  expect(said).toHaveLength(6);
  expect(said.at(-1)).toContain('3 more files');
});
