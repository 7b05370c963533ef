// Stored runs compared: what is found and paired, what is refused or left out and named, what is written.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { traitsOf } from '../../../src/compare/comparable.ts';
import { comparisonSchema } from '../../../src/compare/schema.ts';
import type { Noise } from '../../../src/record/noise-schema.ts';
import { compareRecords, type CompareRecordsRequest } from '../../../src/run/compare-records.ts';
import { keepNoise } from '../../../src/run/known-noise.ts';
import { runDataOf, type RunSketch } from '../../support/run-record.ts';
import { sliceOf } from '../../support/slices.ts';
import { invalid, keepRun, keepRuns, latency, promise, saturated } from '../../support/stored-runs.ts';

let folder = '';
let said: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-compare-'));
  vi.stubEnv('METTLE_STATE_DIR', join(folder, 'state'));
  said = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const keep = (where: string, ...run: Tail<Parameters<typeof keepRun>>): Promise<void> =>
  keepRun(join(folder, where), ...run);
const keepOrder = (...order: Tail<Parameters<typeof keepRuns>>): Promise<void> => keepRuns(folder, ...order);

type Tail<All extends unknown[]> = All extends [unknown, ...infer Rest] ? Rest : never;

const inTurn = 'ABBA'.repeat(3);

const compare = (changes: Partial<CompareRecordsRequest> = {}) =>
  compareRecords({
    paths: [join(folder, 'a'), join(folder, 'b')],
    force: false,
    out: join(folder, 'out'),
    command: 'mettle compare a b',
    say: (line) => said.push(line),
    ...changes,
  });

const rejected = (changes: Partial<CompareRecordsRequest> = {}): Promise<unknown> =>
  compare(changes).then(
    () => 'it was compared',
    (error: unknown) => error,
  );

describe('two folders with many runs', () => {
  test('are paired in order of time, judged like a verification, and written with reports', async () => {
    await keepOrder(inTurn);
    const { comparison, reportPath } = await compare();
    expect(comparison).toMatchObject({
      pairs: 6,
      design: { kind: 'fixed', looks: [6] },
      forced: [],
      verdict: { status: 'pass', exitCode: 0 },
      startedAt: '2026-01-05T09:00:00.000Z',
      finishedAt: '2026-01-05T09:22:10.000Z',
    });
    expect(comparison.metrics.find(({ primary }) => primary)).toMatchObject({
      metric: 'p50(query)',
      outcome: 'improved',
    });
    expect(
      comparison.runs.map(({ id, pair, role, position }) => `${position} ${id} ${pair} ${role}`),
    ).toEqual([
      ...['1 A1 1 before', '2 B1 1 after', '3 B2 2 after', '4 A2 2 before', '5 A3 3 before', '6 B3 3 after'],
      ...[
        '7 B4 4 after',
        '8 A4 4 before',
        '9 A5 5 before',
        '10 B5 5 after',
        '11 B6 6 after',
        '12 A6 6 before',
      ],
    ]);
    expect(comparison.runs[0]?.folder).toBe('../../a/A1');
    const kept = JSON.parse(await readFile(join(reportPath, '..', 'comparison.json'), 'utf8')) as unknown;
    expect(comparisonSchema.parse(kept)).toEqual(comparison);
    expect(await readFile(reportPath, 'utf8')).toContain('p50(query)');
  });

  test('the same runs the other way round are a regression', async () => {
    await keepOrder(inTurn);
    const { comparison } = await compare({ paths: [join(folder, 'b'), join(folder, 'a')] });
    expect(comparison.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
  });

  test('made in blocks are refused, and the report says what was forced', async () => {
    await keepOrder('AAAAAABBBBBB');
    const { comparison } = await compare();
    expect(comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(comparison.verdict.reasons.join()).toContain('made in blocks');
    const forced = (await compare({ force: true })).comparison;
    expect(forced.verdict.status).toBe('pass');
    expect(forced.forced.join()).toContain('made in blocks');
  });

  test('of another machine are refused by name', async () => {
    await keepOrder(inTurn.slice(0, 11));
    const { environment } = runDataOf({ slices: [] }).run;
    await keep('a', 'A6', 22, latency(100_000), { environment: { ...environment, fingerprint: 'other' } });
    const { verdict } = (await compare()).comparison;
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons.join()).toContain('another machine');
    expect((await compare({ force: true })).comparison.forced.join()).toContain('another machine');
  });

  test('without a common seed are refused, and paired in order of time when forced', async () => {
    for (let at = 1; at <= 6; at += 1) {
      await keep('a', `A${at}`, 4 * at + (at % 2), latency(100_000), { seed: at });
      await keep('b', `B${at}`, 4 * at + 2 - (at % 2) * 2, latency(50_000), { seed: 100 + at });
    }
    const { verdict } = (await compare()).comparison;
    expect(verdict.exitCode).toBe(3);
    expect(verdict.reasons.join()).toContain('another seed in pair 1: 1 and 101');
    expect((await compare({ force: true })).comparison).toMatchObject({ pairs: 6, verdict: { exitCode: 0 } });
  });

  test('what has no partner is left out and named', async () => {
    await keepOrder(inTurn);
    await keep('b', 'B-extra', 90, latency(1_000), { seed: 7 });
    const { comparison } = await compare();
    expect(comparison.pairs).toBe(6);
    expect(comparison.notes.join('\n')).toContain(
      'after: without a partner of the same seed, left out: B-extra',
    );
  });

  test('the promises that the runs had gate the after side', async () => {
    await keepOrder(inTurn);
    const broken = {
      ...{ text: 'p50(query) < 1ms', severity: 'fail' as const, status: 'fail' as const, value: 50_000 },
      ...{ atLeast: false, limit: 1_000, unit: 'µs' as const, samples: 400, reason: 'it is slower' },
    };
    await keep('b', 'B3', 10, latency(50_000), { slo: [broken] });
    const { verdict } = (await compare()).comparison;
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(verdict.reasons).toContain('after: p50(query) < 1ms broken in 1 of 6 runs');
  });
});

describe('runs of `after` without a partner', () => {
  const alone = (sketch: Partial<RunSketch>) =>
    Promise.all([7, 8, 9].map((at) => keep('b', `B${at}`, 20 + 10 * at, latency(100_000), sketch)));
  const verdicts = async () => [(await compare()).comparison, (await compare({ force: true })).comparison];

  test('that measured nothing reliable make it invalid; forced, it says so', async () => {
    await keepOrder(inTurn);
    await alone({ verdict: invalid('no good answer: everything that was offered failed') });
    const [refused, forced] = await verdicts();
    expect(refused?.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(refused?.verdict.reasons.join()).toContain('B7, in no pair, measured nothing reliable: no good');
    expect(forced).toMatchObject({ pairs: 6, verdict: { status: 'pass' } });
    expect(forced?.forced.join()).toContain('B9, in no pair');
  });

  test('that broke a promise fail it; that could not judge one make it invalid', async () => {
    await keepOrder(inTurn);
    await alone({ slo: [promise('fail')], verdict: { status: 'fail', reasons: ['p95'], exitCode: 1 } });
    const [refused, forced] = await verdicts();
    expect(refused?.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(refused?.verdict.reasons[0]).toBe('after: p95(query) < 500ms broken in B7, which is in no pair');
    expect(forced?.forced.join()).toContain('broken in B7');
    await alone({ slo: [promise('invalid')], verdict: invalid('p95(query) < 500ms: too few samples') });
    expect((await compare()).comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  });

  test('that a promise stopped have broken it, as in a pair', async () => {
    await keepOrder(inTurn);
    const stoppedBy = {
      ...{ promise: promise('fail').text, sinceMicros: 1e6, atMicros: 2e6, windowMicros: 1e6 },
      ...{ bad: 40, total: 40, allowedShare: 0.05 },
    };
    await alone({ slo: [promise('fail')], stoppedBy });
    const [refused, forced] = await verdicts();
    expect(refused?.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(refused?.verdict.reasons[0]).toBe('after: p95(query) < 500ms broken in B7, which is in no pair');
    expect(forced).toMatchObject({ verdict: { status: 'pass' } });
    expect(forced?.forced.join()).toContain('broken in B7');
  });

  test('that left something behind are told, also by force', async () => {
    await keepOrder(inTurn);
    await alone({ verdict: { status: 'fail', reasons: ['a toxic is left on db'], exitCode: 4 } });
    for (const { verdict } of await verdicts()) {
      expect(verdict).toMatchObject({ status: 'fail', exitCode: 4 });
      expect(verdict.reasons).toContain('B7: a toxic is left on db');
    }
  });
});

describe('runs that were lost', () => {
  const lost = [7, 8, 9, 10, 11, 12];

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'their measurements',
      () => Promise.all(lost.map((at) => rm(join(folder, 'b', `B${at}`, 'latency.hlog')))),
      '6 of 12 of `after` (6 damaged)',
    ],
    [
      'their documents',
      () => Promise.all(lost.map((at) => writeFile(join(folder, 'b', `B${at}`, 'run.json'), '{'))),
      '6 of 12 of `after` (6 damaged)',
    ],
    [
      'their documents altogether',
      () => Promise.all(lost.map((at) => rm(join(folder, 'b', `B${at}`, 'run.json')))),
      '6 of 12 of `after` (6 damaged)',
    ],
    [
      'their end',
      async () => {
        const verdict = { status: 'interrupted' as const, reasons: ['interrupted'], exitCode: 130 };
        for (const at of lost) await keep('b', `B${at}`, 4 * at, latency(300_000), { verdict });
      },
      '6 of 12 of `after` (6 interrupted)',
    ],
  ])('with %s: too many of one side are no accident', async (_, lose, words) => {
    await keepOrder('ABBA'.repeat(6), 100_000, 100_000);
    await lose();
    const { verdict } = (await compare()).comparison;
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons.join()).toContain(words);
  });

  test('are told in the report', async () => {
    await keepOrder('ABBA'.repeat(4));
    await writeFile(join(folder, 'b', 'B8', 'run.json'), '{');
    expect((await compare()).comparison.notes.join()).toMatch(/B8 is passed over: .*not JSON/);
  });

  test('leave pairs of which the order must still be in turns', async () => {
    const order = 'A1 B1 B2 A2 A3 B3 B4 A4 A5 B5 B6 A6 A7 B10 A8 B11 A9 B12 B7 A10 B8 A11 B9 A12'.split(' ');
    for (const [index, id] of order.entries())
      await keep(id.startsWith('A') ? 'a' : 'b', id, 2 * index, latency(100_000 + index), {
        seed: Number(id.slice(1)),
      });
    expect((await compare()).comparison.verdict.status).not.toBe('invalid');
    for (const at of [10, 11, 12]) await rm(join(folder, 'b', `B${at}`, 'latency.hlog'));
    const { pairs, verdict } = (await compare()).comparison;
    expect({ pairs, exitCode: verdict.exitCode }).toEqual({ pairs: 9, exitCode: 3 });
    expect(verdict.reasons.join()).toContain('pass for an effect');
  });

  test('of another version of Mettle are no lost ones', async () => {
    await keepOrder(inTurn);
    for (const at of [7, 8, 9]) {
      await keep('b', `B${at}`, 60, latency(1));
      await writeFile(join(folder, 'b', `B${at}`, 'run.json'), '{"formatVersion":1}');
    }
    expect((await compare()).comparison.verdict.status).toBe('pass');
  });
});

describe('runs that are unfit', () => {
  test('interrupted, judged again, invalid through the machine: left out, and each is named', async () => {
    await keepOrder(inTurn);
    const verdict = { status: 'interrupted' as const, reasons: ['interrupted'], exitCode: 130 };
    await keep('a', 'A-cut', 30, latency(100), { verdict });
    await keep('a', 'A-copy', 31, latency(100), { judgedFrom: 'A1' });
    await keep('b', 'B-busy', 32, latency(100), saturated());
    const { comparison } = await compare();
    expect(comparison).toMatchObject({ pairs: 6, verdict: { status: 'pass' } });
    const notes = comparison.notes.join('\n');
    expect(notes).toContain('A-cut was interrupted');
    expect(notes).toContain('A-copy is the run A1, judged again');
    expect(notes).toContain('B-busy is invalid: the load generator was saturated');
  });

  test('too many that the machine spoiled on one side are no accident', async () => {
    await keepOrder(inTurn);
    for (let at = 1; at <= 3; at += 1) await keep('b', `B-busy${at}`, 30 + at, latency(100), saturated());
    const { comparison } = await compare();
    expect(comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(comparison.verdict.reasons.join()).toContain('3 of 9 of `after` (3 invalid through the');
    expect((await compare({ force: true })).comparison.verdict.status).toBe('pass');
  });

  test('invalid through the target: the comparison is invalid, and only force leaves the pair out', async () => {
    await keepOrder(inTurn);
    await keepOrder('ABBA'.repeat(4));
    await keep('b', 'B4', 14, latency(1), { verdict: invalid('no traffic on postgres during slow-db') });
    const { comparison } = await compare();
    expect(comparison).toMatchObject({ pairs: 8, verdict: { status: 'invalid', exitCode: 3 } });
    expect(comparison.verdict.reasons.join()).toContain('B4: no traffic on postgres');
    const forced = (await compare({ force: true })).comparison;
    expect(forced).toMatchObject({ pairs: 7, verdict: { status: 'pass' } });
    expect(forced.forced.join()).toContain('pair 4, left out: B4 measured nothing reliable: no traffic');
  });

  test('stopped by a promise: a part is not compared with a whole', async () => {
    await keepOrder(inTurn);
    const stoppedBy = {
      ...{ promise: 'error_rate < 5%', sinceMicros: 1e6, atMicros: 2e6, windowMicros: 1e6 },
      ...{ bad: 40, total: 40, allowedShare: 0.05 },
    };
    await keep('b', 'B2', 4, latency(1), { stoppedBy });
    const { verdict } = (await compare()).comparison;
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons.join()).toContain('stopped by `error_rate < 5%`');
  });

  test('whose measurements are gone: left out with their partner, and named', async () => {
    await keepOrder('ABBA'.repeat(4));
    await rm(join(folder, 'a', 'A2', 'latency.hlog'));
    const { comparison } = await compare();
    expect(comparison.pairs).toBe(7);
    expect(comparison.notes.join('\n')).toMatch(/pair 2, left out: .*latency\.hlog is missing/);
  });

  test('on one side all of them: nothing is compared, and the reasons are told', async () => {
    await keepOrder(inTurn.replaceAll('B', 'A'));
    await keep('b', 'B1', 30, latency(1), saturated());
    expect(await rejected()).toMatchObject({
      code: 'NOTHING_COMPARED',
      exitCode: 3,
      message: expect.stringContaining('B1 is invalid: the load generator was saturated') as string,
    });
  });
});

describe('a single run against a single run', () => {
  test('has its values and its difference, and is invalid', async () => {
    await keepOrder('AB');
    const { comparison } = await compare({
      paths: [join(folder, 'a', 'A1'), join(folder, 'b', 'B1', 'run.json')],
    });
    expect(comparison).toMatchObject({ pairs: 1, verdict: { status: 'invalid', exitCode: 3 } });
    const few = '1 pair says nothing about chance: at least 6 are needed';
    expect(comparison.verdict.reasons).toContain(few);
    const primary = comparison.metrics.find(({ metric }) => metric === 'p50(query)');
    expect(primary?.outcome).toBe('invalid');
    expect(primary?.pairs[0]?.effect).toBeCloseTo(Math.log(0.5), 2);
  });

  test('is no pass where a promise alone could have failed, and a broken one fails', async () => {
    const kept = promise('pass');
    await keep('a', 'A1', 0, latency(100_000), { primary: null, slo: [kept] });
    await keep('b', 'B1', 2, latency(400_000), { primary: null, slo: [kept] });
    for (const force of [false, true])
      expect((await compare({ force })).comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    await keep('b', 'B1', 2, latency(400_000), { primary: null, slo: [promise('fail')] });
    expect((await compare()).comparison.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
  });

  test('a run is not compared with itself', async () => {
    await keepOrder('A');
    const path = join(folder, 'a', 'A1');
    expect(await rejected({ paths: [path, path] })).toMatchObject({
      exitCode: 2,
      message: 'the same run is on both sides: A1',
    });
    expect(await rejected({ paths: [path] })).toMatchObject({ code: 'COMPARE_USAGE', exitCode: 2 });
  });
});

describe('what is found', () => {
  test('a path without records is a mistake', async () => {
    await mkdir(join(folder, 'b'));
    await keepOrder('A');
    for (const path of [
      join(folder, 'b'),
      join(folder, 'nowhere'),
      join(folder, 'a', 'A1', 'latency.hlog'),
    ]) {
      expect(await rejected({ paths: [join(folder, 'a'), path] })).toMatchObject({
        code: 'RECORD_NOT_FOUND',
        exitCode: 2,
      });
    }
  });

  test('what is no record, or a damaged one, is passed over with a word', async () => {
    await keepOrder(inTurn);
    await mkdir(join(folder, 'a', 'coverage'));
    await mkdir(join(folder, 'a', 'torn'));
    await writeFile(join(folder, 'a', 'torn', 'run.json'), '{"formatVersion":');
    await mkdir(join(folder, 'a', 'old'));
    await writeFile(join(folder, 'a', 'old', 'run.json'), '{"formatVersion":1}');
    await mkdir(join(folder, 'a', 'verified'));
    await writeFile(join(folder, 'a', 'verified', 'comparison.json'), '{}');
    await writeFile(join(folder, 'a', 'notes.txt'), 'hello');
    expect((await compare()).comparison.pairs).toBe(6);
    expect(said).toHaveLength(4);
    expect(said.join('\n')).toMatch(/coverage is no record[^]*old[^]*format version 1[^]*torn[^]*not JSON/);
    expect(said.join('\n')).toMatch(/verified is a verification, and passed over/);
  });

  test('runs of other scenarios and variants in the same folder are left out, or must be chosen from', async () => {
    const order = Array.from(inTurn).entries();
    for (const [index, letter] of order) {
      const variant = letter === 'A' ? 'before' : 'after';
      await keep('a', `${variant}-${index}`, index, latency(100_000 + index), { variant });
    }
    const both = { paths: [join(folder, 'a'), join(folder, 'a')] };
    expect(await rejected(both)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('several variants: after, before') as string,
    });
    const scenario = { name: 'another', file: null, hash: 'x' };
    await keep('a', 'zzz', 50, latency(1), { scenario, variant: 'before' });
    const within = { paths: [join(folder, 'a')] };
    expect(await compare(within).then(({ comparison }) => comparison)).toMatchObject({
      pairs: 6,
      variants: { before: 'before', after: 'after' },
    });
    expect((await compare({ ...both, before: 'before', after: 'after' })).comparison.pairs).toBe(6);
    expect(await rejected({ ...within, before: 'befroe' })).toMatchObject({
      exitCode: 2,
      hint: 'There are: after, before.',
    });
    await keep('a', 'zzzz', 52, latency(1), { scenario, variant: 'after' });
    expect(await rejected(within)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('several scenarios: another, checkout') as string,
    });
  });

  test('the same run fetched twice counts once', async () => {
    await keepOrder(inTurn);
    await keep('a', 'A1', 0, latency(100_100));
    await mkdir(join(folder, 'a', 'A1-again'));
    for (const file of ['run.json', 'latency.hlog', 'events.ndjson'])
      await writeFile(join(folder, 'a', 'A1-again', file), await readFile(join(folder, 'a', 'A1', file)));
    const { comparison } = await compare();
    expect(comparison.pairs).toBe(6);
    expect(comparison.notes.join()).toContain('found twice, counted once: A1');
  });
});

test('a noise floor that is old is told with its age', async () => {
  await keepOrder(inTurn);
  const { run } = runDataOf({ slices: [sliceOf('query', 0, 10_000_000, latency(1))] });
  const measuredAt = new Date(Date.now() - 45 * 86_400_000).toISOString();
  const noise = { formatVersion: 1, id: 'n', measuredAt, variant: 'after', pairs: 10, metrics: [] } as const;
  expect(await keepNoise({ ...noise, traits: traitsOf(run) } as unknown as Noise)).toBeNull();
  const { comparison } = await compare();
  expect(comparison.noise?.id).toBe('n');
  expect(said.join()).toContain('was measured 45 days ago');
  expect(comparison.notes.join()).toContain('was measured 45 days ago');
});

describe('the question', () => {
  const claims = [
    {
      ...{ id: 'faster', says: 'it is faster', metric: 'p50(query)', expect: 'at least 40% lower' },
      ...{ documented: null, because: null },
    },
  ];
  const hash = 'a'.repeat(64);
  const name = 'checkout with a slow database';
  const asked = (changes: { hash?: string } = {}) =>
    ({
      name,
      hash,
      claims,
      primary: 'p95(query)',
      ...changes,
    }) as unknown as CompareRecordsRequest['scenario'];

  test('claims and the primary metric come from a scenario of the same hash', async () => {
    await keepOrder(inTurn);
    const { comparison } = await compare({ scenario: asked() });
    expect(comparison.claims).toMatchObject([{ id: 'faster', verdict: 'confirmed' }]);
    expect(comparison.metrics.find(({ primary }) => primary)?.metric).toBe('p95(query)');
  });

  test('a scenario that has changed since is refused, and told when forced', async () => {
    await keepOrder(inTurn);
    const scenario = asked({ hash: 'c'.repeat(64) });
    expect(await rejected({ scenario })).toMatchObject({ code: 'COMPARE_USAGE', exitCode: 2 });
    const { comparison } = await compare({ scenario, force: true });
    expect(comparison.forced.join()).toContain('another scenario: cccccccccccc… (its file)');
  });

  test('another primary metric is one that the runs have, and is told', async () => {
    await keepOrder(inTurn);
    const { comparison } = await compare({ primary: 'error_rate(query)' });
    expect(comparison.metrics.find(({ primary }) => primary)?.metric).toBe('error_rate(query)');
    expect(comparison.notes.join()).toContain('on the command line, not by the scenario');
    for (const primary of ['p95(qery)', 'p95('])
      expect(await rejected({ primary }), primary).toMatchObject({ code: 'COMPARE_USAGE', exitCode: 2 });
  });
});
