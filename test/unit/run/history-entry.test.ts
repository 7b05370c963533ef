// What a run leaves to the history: its values, each with its reason where there is none, and what it is comparable by.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { traitsOf } from '../../../src/compare/comparable.ts';
import type { RunData } from '../../../src/record/data.ts';
import { historyEntrySchema, type HistoryEntry } from '../../../src/record/history-schema.ts';
import type { RunRecord, Verdict } from '../../../src/record/schema.ts';
import { writeRecord } from '../../../src/record/store.ts';
import { findBaselines } from '../../../src/run/baselines.ts';
import { historyEntryOf } from '../../../src/run/history-entry.ts';
import { judgeRecord } from '../../../src/run/judge-record.ts';
import { keepInHistory } from '../../../src/run/keep-history.ts';
import { unfitnessOf } from '../../../src/run/unfit.ts';
import { appendHistory, readHistory } from '../../../src/record/history.ts';
import type { PromiseSpec } from '../../../src/scenario/scenario.ts';
import { type BaselineValue, noBaselines } from '../../../src/slo/baseline.ts';
import { observedRun, processLooks } from '../../support/observed-run.ts';
import { realisticRun } from '../../support/run-data.ts';

const template = realisticRun({ seconds: 8 });
const pass: Verdict = { status: 'pass', reasons: [], exitCode: 0 };
const relative = [
  'p50(query) <= +10% vs last_green',
  'p99(query) <= +20ms vs last_green',
  'error_rate(query) <= +0.5 points vs last_green',
  'p95(query) during steady <= +10% vs last_green',
  'recovery(slow-db) <= +1s vs last_green',
  'detection(slow-db) <= +1s vs last_green',
  'throughput(query) >= -5% vs last_green',
  'p99(query) / p50(query) <= +10% vs last_green',
  'p95(nobody) <= +10% vs last_green',
  'retry_amplification(postgres) <= +10% vs last_green',
  'connect(query, p95) <= +10% vs last_green',
];
const slo = ['p95(query) < 2s', ...relative].map((assert): PromiseSpec => ({ assert, severity: 'fail' }));

/** As a run with these promises would have been kept. */
const judgedWith = (
  data: RunData,
  promises: readonly PromiseSpec[],
  over: Partial<RunRecord> = {},
): RunData => {
  const judged = judgeRecord(data, { slo: promises, warmupMicros: data.run.load.warmupMicros }, noBaselines);
  return { ...judged, run: { ...judged.run, verdict: pass, ...over } };
};

describe('an entry', () => {
  const entry = historyEntryOf(judgedWith(template, slo), {
    claims: ['p50(query) during steady', 'p95(query)'],
  });

  test('is what the schema says, and names what the run is comparable by', () => {
    expect(historyEntrySchema.parse(structuredClone(entry))).toEqual(entry);
    expect(entry.traits).toEqual(traitsOf(template.run));
    expect(entry).toMatchObject({
      id: template.run.id,
      commit: null,
      unfit: null,
      verdict: { status: 'pass' },
    });
  });

  test('has the primary metric, every promise’s, every claim’s and what everybody asks for, once each', () => {
    const names = entry.values.map(({ metric }) => metric);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe(entry.primary);
    for (const name of ['p50(query)', 'p95(query)', 'p50(query) during steady', 'recovery(slow-db)'])
      expect(names).toContain(name);
    for (const name of ['p50', 'p95', 'p99', 'error_rate', 'throughput']) expect(names).toContain(name);
  });

  test('says why a value is none, and never has both', () => {
    for (const { value, why, metric } of entry.values)
      expect([value === null, metric]).toEqual([why !== null, metric]);
    const nobody = entry.values.find(({ metric }) => metric === 'p95(nobody)');
    expect(nobody).toMatchObject({ value: null });
    expect(nobody?.why).not.toBe('');
  });

  test('counts zeros as comparisons do: of whole things as less than one', () => {
    const floors = historyEntryOf(judgedWith(template, slo), { claims: ['connections_lost(query)'] }).values;
    const floorIn = (name: string) => floors.find(({ metric }) => metric === name)?.resolution;
    expect(floorIn('connections_lost(query)')).toBe(0.5);
    expect(floorIn('p95(query)')).toBe(1);
    expect(floorIn('recovery(slow-db)')).toBe(1_000_000);
  });

  test('of a watched target has its processor and memory, of others not', () => {
    expect(entry.values.map(({ metric }) => metric)).not.toContain('cpu(target)');
    const watched = historyEntryOf(
      observedRun({ processes: [{ name: 'target', cores: 2, restarts: 0, points: processLooks(1, 30) }] }),
    );
    const found = watched.values.filter(({ metric }) => /^(cpu|memory)\(target\)$/.test(metric));
    expect(found.map(({ value }) => value !== null)).toEqual([true, true]);
  });
});

const grounds = { undoFailed: [], interrupted: null, invalid: [] };
const stoppedBy = {
  ...{ promise: 'error_rate < 5%', sinceMicros: 1e6, atMicros: 2e6, windowMicros: 1e6 },
  ...{ bad: 40, total: 40, allowedShare: 0.05 },
};

test.each<[string, Partial<RunRecord>, string | null]>([
  ['passed', {}, null],
  ['broke a promise', { verdict: { status: 'fail', reasons: ['x'], exitCode: 1 } }, null],
  [
    'had a promise without a baseline',
    {
      slo: [{ ...template.run.slo[0]!, status: 'invalid', reason: 'no baseline' }],
      verdict: { status: 'invalid', reasons: [`${template.run.slo[0]!.text}: no baseline`], exitCode: 3 },
    },
    null,
  ],
  [
    'was invalid',
    { verdict: { status: 'invalid', reasons: ['no traffic: x'], exitCode: 3 } },
    'no traffic: x',
  ],
  [
    'broke a promise while the generator was saturated',
    {
      grounds: { ...grounds, invalid: ['saturated'] },
      verdict: { status: 'fail', reasons: [], exitCode: 4 },
    },
    'saturated',
  ],
  [
    'was interrupted',
    { verdict: { status: 'interrupted', reasons: [], exitCode: 130 } },
    'it was interrupted',
  ],
  ['was stopped', { stoppedBy }, 'it was stopped by `error_rate < 5%`'],
  ['left something behind', { verdict: { status: 'fail', reasons: ['left'], exitCode: 4 } }, 'left'],
])('a run that %s: what makes it unfit', (_what, overrides, why) => {
  expect(unfitnessOf({ ...template.run, grounds, verdict: pass, ...overrides })).toBe(why);
});

describe('baselines', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mettle-history-entry-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const now = { ...template.run, id: 'now', startedAt: '2026-01-09T09:00:00.000Z' };
  const earlier = (over: Partial<RunRecord> = {}): RunData =>
    judgedWith(template, slo, { id: 'green', startedAt: '2026-01-03T09:00:00.000Z', ...over });
  const read = async (
    history: readonly HistoryEntry[],
    promises: readonly PromiseSpec[] = slo,
    judged: RunRecord = now,
  ): Promise<(readonly [string, string | null, BaselineValue | undefined])[]> => {
    const found = await findBaselines(promises, judged, { folder, history, repository: folder });
    return promises.slice(1).map(({ assert, minSamples }) => {
      const promise = {
        text: assert,
        severity: 'fail' as const,
        ...(minSamples === undefined ? {} : { minSamples }),
      };
      const { runs, reason } = found.of(promise);
      return [assert, reason, runs[0]?.of] as const;
    });
  };
  const keep = async (data: RunData): Promise<void> => {
    await mkdir(join(folder, data.run.id));
    await writeRecord(join(folder, data.run.id), data);
  };

  test('of the history are those of the record, value for value and reason for reason', async () => {
    await keep(earlier());
    const fromRecord = await read([]);
    await rm(join(folder, 'green'), { recursive: true });
    const fromHistory = await read([historyEntryOf(earlier())]);
    expect(fromHistory).toEqual(fromRecord);
    const known = fromRecord.filter(([, , value]) => value !== undefined && 'value' in value);
    expect(known.length).toBeGreaterThan(4);
    expect(known.length).toBeLessThan(relative.length);
  });

  test('ask as many samples of the history as of a record', async () => {
    const asking = slo.map((promise) => ({ ...promise, minSamples: 1_000_000 }));
    const fromHistory = await read([historyEntryOf(earlier())], asking);
    for (const [, , value] of fromHistory) expect(value).toHaveProperty('why');
  });

  test.each<[string, Partial<RunRecord>]>([
    ['failed', { verdict: { status: 'fail', reasons: [], exitCode: 1 } }],
    ['is of another variant', { variant: 'before' }],
    ['is of another scenario', { scenario: { ...template.run.scenario, hash: 'b'.repeat(64) } }],
    ['began later', { startedAt: '2026-01-10T09:00:00.000Z' }],
    ['is itself', { id: 'now' }],
  ])('are not taken from an entry that %s', async (_what, over) => {
    const [first] = await read([historyEntryOf(earlier(over))]);
    expect(first?.[2]).toBeUndefined();
    expect(first?.[1]).toContain('comparable and green');
  });

  test('count a run once that is in both', async () => {
    const median = slo.map(({ assert, severity }) => ({
      ...{ assert: assert.replace('last_green', 'rolling_median(3)'), severity },
    }));
    const days = ['a', 'b', 'c'].map((id, index) =>
      judgedWith(template, median, { id, startedAt: `2026-01-0${index + 1}T09:00:00.000Z` }),
    );
    for (const data of days.slice(1)) await keep(data);
    const history = days.slice(0, 2).map((data) => historyEntryOf(data));
    const found = await findBaselines(median, now, { folder, history });
    expect(found.of({ text: median[1]!.assert, severity: 'fail' }).runs.map(({ id }) => id)).toEqual([
      'c',
      'b',
      'a',
    ]);
  });

  test('pin a run whose record is gone, if it was whole and is comparable', async () => {
    const pinned = [slo[0]!, { ...slo[1]!, assert: 'p50(query) <= +10% vs pinned(green)' }];
    const entry = historyEntryOf(judgedWith(template, pinned, { ...earlier().run, slo: earlierSlo(pinned) }));
    const [found] = await read([entry], pinned);
    expect(found).toMatchObject([pinned[1]!.assert, null, { value: expect.any(Number) as number }]);
    const [other] = await read([{ ...entry, traits: { ...entry.traits, machine: 'other' } }], pinned);
    expect(other?.[1]).toContain('another machine');
    const [unfit] = await read([{ ...entry, unfit: 'the generator was saturated' }], pinned);
    expect(unfit?.[1]).toContain('none to compare with');
    expect((await read([], pinned))[0]?.[1]).toContain('no record at');
  });

  const earlierSlo = (promises: readonly PromiseSpec[]): RunRecord['slo'] =>
    judgedWith(template, promises).run.slo;

  test('of a merge base need a commit of this run', async () => {
    const promises = [slo[0]!, { ...slo[1]!, assert: 'p50(query) <= +10% vs merge_base' }];
    expect((await read([], promises))[0]?.[1]).toContain('of which commit this run is');
    const commit = { sha: 'a'.repeat(40), branch: null, at: null, dirty: false };
    expect((await read([], promises, { ...now, commit }))[0]?.[1]).toContain('no merge base');
  });
});

describe('keeping', () => {
  test('never rejects: says why the history does not hear of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mettle-keep-'));
    const history = join(folder, 'history');
    expect(await keepInHistory(history, template, [])).toBeNull();
    expect(await keepInHistory(history, template, [])).toContain('already');
    expect((await readHistory(history)).entries).toHaveLength(1);
    expect(await keepInHistory('/dev/null/history', template, [])).toContain('does not hear of this run');
    await rm(folder, { recursive: true });
    await expect(appendHistory('/dev/null/history', historyEntryOf(template))).rejects.toThrow();
  });
});
