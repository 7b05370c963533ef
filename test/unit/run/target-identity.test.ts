// What a target is known by besides its name: runs of other servers or settings are no earlier runs of this one.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differenceBetween, incomparable, traitsOf } from '../../../src/compare/comparable.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { earlierRuns } from '../../../src/run/earlier-runs.ts';
import { historyEntryOf } from '../../../src/run/history-entry.ts';
import { targetIdentity } from '../../../src/run/target-identity.ts';
import { scenarioFromUrl } from '../../../src/scenario/from-url.ts';
import { pairsOf } from '../../support/pairs.ts';
import { realisticRun } from '../../support/run-data.ts';

const template = realisticRun({ seconds: 4 });

const recordOf = (id: string, day: number, about: Partial<RunRecord['target']>): RunRecord => ({
  ...template.run,
  id,
  startedAt: `2026-01-0${day}T09:00:00.000Z`,
  target: { ...template.run.target, ...about },
});

test('two servers given by URL have the same scenario and name, and are told apart by the URL', async () => {
  const identities = ['http://127.0.0.1:8001/', 'http://127.0.0.1:8002/'].map(async (url) => {
    const { scenario, target } = await scenarioFromUrl(url);
    return { hash: scenario.hash, name: target.name, ...targetIdentity(target, 'default', {}) };
  });
  const [one, other] = await Promise.all(identities);
  expect(one).toEqual({ ...other, server: 'http://127.0.0.1:8001' });
  expect(other?.server).toBe('http://127.0.0.1:8002');
});

test('a target file is known by its name, wherever its server is', async () => {
  const { target } = await scenarioFromUrl('http://127.0.0.1:8001/');
  expect(targetIdentity({ ...target, file: '/shop.target.yml' }, 'default', {})).toEqual({});
});

test('settings are told apart by a digest that holds none of them', async () => {
  const { target } = await scenarioFromUrl('http://127.0.0.1:8001/');
  const of = (extraEnv: Record<string, string>): string =>
    targetIdentity(target, 'default', extraEnv).settings ?? 'none';
  expect(of({ A: '1', B: '2' })).toBe(of({ B: '2', A: '1' }));
  expect(new Set([of({}), of({ CACHE: 'off' }), of({ CACHE: 'on' }), of({ CACH: 'Eoff' })]).size).toBe(4);
  expect(of({ CACHE: 'off' })).toMatch(/^[0-9a-f]{8}$/);
});

test.each([
  ['another server', { server: 'http://a.example' }, { server: 'http://b.example' }],
  ['other settings', { settings: '11111111' }, { settings: '22222222' }],
  ['settings, and none', { settings: '11111111' }, {}],
  ['no settings, and some', {}, { settings: '22222222' }],
])('%s: no earlier run, no entry of the same history, but two sides may differ so', async (_what, a, b) => {
  const folder = await mkdtemp(join(tmpdir(), 'mettle-identity-'));
  try {
    const now = recordOf('now', 9, a);
    const [same, other] = [recordOf('same', 3, a), recordOf('other', 4, b)];
    const entries = [same, other].map((run) => historyEntryOf({ ...template, run }));
    expect((await earlierRuns(now, folder, entries)).map(({ id }) => id)).toEqual(['same']);
    expect(differenceBetween(same, now)).toBeNull();
    expect(differenceBetween(other, now)).toMatch(/^another (server|target settings): /);
    expect(traitsOf(other)).not.toEqual(traitsOf(now));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const pairs = pairsOf(
    6,
    () => ({}),
    () => ({}),
  ).map(({ pair, before, after }) => ({
    pair,
    before: { ...before, run: { ...before.run, target: { ...before.run.target, ...a } } },
    after: { ...after, run: { ...after.run, target: { ...after.run.target, ...b } } },
  }));
  expect(incomparable(pairs)).toEqual([]);
});
