// A verification judged again from its runs: pairs as it made them, levels, claims, and what it said of itself.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Comparison, comparisonFormatVersion, type ComparisonRun } from '../../../src/compare/schema.ts';
import { writeRecord } from '../../../src/record/store.ts';
import { compareRecords, type CompareRecordsRequest } from '../../../src/run/compare-records.ts';
import { runDataOf, type RunSketch } from '../../support/run-record.ts';
import { repeated, sliceOf } from '../../support/slices.ts';

let folder = '';
let said: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-again-'));
  vi.stubEnv('METTLE_STATE_DIR', join(folder, 'state'));
  said = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const second = 1_000_000;

const faster: Comparison['claims'][number] = {
  ...{ id: 'faster', says: 'it is faster', metric: 'p50(query)', expect: 'at least 40% lower' },
  ...{ documented: null, because: null, unit: 'µs', scale: 'log' },
  ...{ beforeMedian: null, afterMedian: null, beforeMedianAtLeast: false, afterMedianAtLeast: false },
  ...{ estimate: null, estimateRange: null, interval: null, threshold: Math.log(0.6), side: 'below' },
  ...{ verdict: 'invalid', reason: 'nobody has judged it yet' },
};

const emptyComparison = (id: string, pairs: number): Comparison => ({
  formatVersion: comparisonFormatVersion,
  ...{ id, pairs, target: 'checkout', variants: { before: 'before', after: 'after' }, seed: 1 },
  scenario: { name: 'checkout with a slow database', file: null, hash: 'a'.repeat(64) },
  design: { kind: 'fixed', looks: [pairs], confidence: 0.95, equivalence: 0.9 },
  ...{ forced: [], noise: null, runs: [], repeats: [], metrics: [], claims: [], promises: [], spectra: [] },
  ...{
    startedAt: '2026-01-05T09:00:00.000Z',
    finishedAt: '2026-01-05T10:00:00.000Z',
    command: 'mettle verify',
  },
  ...{ environment: {}, notes: [], verdict: { status: 'pass', reasons: [], exitCode: 0 } },
});

interface Wanted {
  readonly pairs?: number;
  readonly comparison?: Partial<Comparison>;
  /** Over the record of one role. */
  readonly sketch?: (pair: number, role: ComparisonRun['role']) => Partial<RunSketch>;
}

/** `<name>/runs/<pair>-<role>`: before as slow as 100 ms, after 50 ms; pair 2 was made before pair 1. */
async function keepVerification(name: string, wanted: Wanted = {}): Promise<void> {
  const { pairs = 6, sketch = () => ({}) } = wanted;
  const runs: ComparisonRun[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    for (const role of ['before', 'after'] as const) {
      const slot =
        4 * (pair === 1 ? 2 : pair === 2 ? 1 : pair) + ((role === 'after') === (pair % 2 === 0) ? 0 : 2);
      const id = `${name}-${pair}-${role}`;
      const micros = (role === 'before' ? 100_000 : 50_000) + 100 * pair;
      const data = runDataOf({
        slices: [sliceOf('query', 0, 10 * second, { okMicros: repeated(400, micros) })],
        series: [{ name: 'query', timeoutMicros: 5 * second }],
        ...{ id, variant: role, seed: 1000 + pair, primary: 'p50(query)' },
        startedAt: new Date(Date.UTC(2026, 0, 5, 9, slot)).toISOString(),
        ...sketch(pair, role),
      });
      const at = join('runs', `${pair}-${role}`);
      await mkdir(join(folder, name, at), { recursive: true });
      await writeRecord(join(folder, name, at), data);
      const { seed, variant } = data.run;
      runs.push({ id, pair, role, variant, seed, position: 0, folder: at, verdict: 'pass', reasons: [] });
    }
  }
  const comparison = { ...emptyComparison(name, pairs), runs, claims: [faster], ...wanted.comparison };
  await writeFile(join(folder, name, 'comparison.json'), JSON.stringify(comparison));
}

const compare = (names: readonly string[], changes: Partial<CompareRecordsRequest> = {}) =>
  compareRecords({
    paths: names.map((name) => join(folder, name)),
    force: false,
    out: join(folder, 'out'),
    command: 'mettle compare',
    say: (line) => said.push(line),
    ...changes,
  }).then(({ comparison }) => comparison);

test('its pairs stay as they were made, and its claims are judged', async () => {
  await keepVerification('v');
  const comparison = await compare(['v']);
  expect(comparison).toMatchObject({
    pairs: 6,
    variants: { before: 'before', after: 'after' },
    verdict: { status: 'pass', exitCode: 0 },
    claims: [{ verdict: 'confirmed', expect: 'at least 40% lower' }],
  });
  expect(comparison.runs.slice(0, 2).map(({ id, pair }) => `${id} ${pair}`)).toEqual([
    'v-2-after 2',
    'v-2-before 2',
  ]);
});

test('its variants may change places', async () => {
  await keepVerification('v');
  const { claims, verdict } = await compare(['v'], { before: 'after', after: 'before' });
  expect(claims).toMatchObject([{ verdict: 'refuted' }]);
  expect(verdict.exitCode).toBe(1);
});

test('a variant against itself keeps its roles', async () => {
  const variants = { before: 'after', after: 'after' };
  await keepVerification('v', { sketch: () => ({ variant: 'after' }), comparison: { variants } });
  expect(await compare(['v'])).toMatchObject({ pairs: 6, variants });
});

test('looks are paid for, also where its runs are paired anew', async () => {
  const design = { kind: 'looks' as const, looks: [8, 16], confidence: 0.9706, equivalence: 0.9412 };
  await keepVerification('v', { pairs: 8, comparison: { design } });
  expect((await compare(['v'])).design).toEqual(design);
  const anew = await compare(['v', 'v'], { before: 'before', after: 'after' });
  expect(anew).toMatchObject({ pairs: 8, design: { ...design, looks: [8] } });
});

test('what it has lost makes it invalid, and must be forced', async () => {
  await keepVerification('v', { pairs: 8 });
  await rm(join(folder, 'v', 'runs', '3-after'), { recursive: true });
  const comparison = await compare(['v']);
  expect(comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  expect(comparison.verdict.reasons.join()).toContain('missing runs: 7 of 8 pairs of v are there');
  expect(comparison.notes.join()).toContain('without a partner, left out: v-3-before');
  expect((await compare(['v'], { force: true })).forced.join()).toContain('missing runs');
});

test('half of its looks is not a whole one', async () => {
  const design = { kind: 'looks' as const, looks: [8, 16], confidence: 0.9706, equivalence: 0.9412 };
  await keepVerification('v', { pairs: 16, comparison: { design } });
  expect((await compare(['v'])).verdict.status).toBe('pass');
  for (let pair = 1; pair <= 8; pair += 1)
    await rm(join(folder, 'v', 'runs', `${pair}-after`), { recursive: true });
  const { verdict } = await compare(['v']);
  expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  expect(verdict.reasons.join()).toContain('missing runs: 8 of 16 pairs of v are there');
});

test('that it ended at a run that could not count, or at a failure, stays', async () => {
  const design = { kind: 'looks' as const, looks: [8, 16], confidence: 0.9706, equivalence: 0.9412 };
  const ended = (exitCode: 1 | 2 | 3, status: 'fail' | 'invalid', reasons: string[]) =>
    keepVerification('v', { pairs: 8, comparison: { design, verdict: { status, reasons, exitCode } } });
  const why = 'v-9-after: no good answer';
  await ended(3, 'invalid', [why]);
  const refused = (await compare(['v'])).verdict;
  expect(refused).toMatchObject({ status: 'invalid', exitCode: 3 });
  expect(refused.reasons).toContain(`v did not count: ${why}`);
  expect((await compare(['v'], { force: true })).forced).toContain(`v did not count: ${why}`);
  await ended(2, 'invalid', ['the target did not become ready']);
  expect((await compare(['v'])).verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  await ended(1, 'fail', ['claim faster: it is slower', why]);
  expect((await compare(['v'])).verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
});

test('what it said of its metrics, claims and promises is judged anew', async () => {
  const reasons = [
    'claim faster: nobody has judged it yet',
    'nothing to judge: there is no primary metric, no claim and no promise that can fail',
    'after: p95(query) < 1ms could not be judged in 6 of 6 runs',
  ];
  await keepVerification('v', { comparison: { verdict: { status: 'invalid', reasons, exitCode: 3 } } });
  expect((await compare(['v'])).verdict.status).toBe('pass');
});

test('the folder of its runs is read as the verification that it belongs to', async () => {
  const design = { kind: 'looks' as const, looks: [8, 16], confidence: 0.9706, equivalence: 0.9412 };
  await keepVerification('v', { pairs: 8, comparison: { design } });
  const comparison = await compare([join('v', 'runs')]);
  expect(comparison.design).toEqual(design);
  expect(comparison.claims).toMatchObject([{ verdict: 'confirmed' }]);
  expect(comparison.notes.join()).toContain('holds the runs of a verification');
});

test('a run that is listed twice counts once', async () => {
  await keepVerification('v', { pairs: 3 });
  const file = join(folder, 'v', 'comparison.json');
  const kept = JSON.parse(await readFile(file, 'utf8')) as Comparison;
  const design = { ...kept.design, looks: [6] };
  const again = kept.runs.map((run) => ({ ...run, pair: run.pair + 3 }));
  for (const runs of [
    [...kept.runs, ...kept.runs],
    [...kept.runs, ...again],
  ]) {
    await writeFile(file, JSON.stringify({ ...kept, pairs: 6, design, runs }));
    const comparison = await compare(['v']);
    expect(comparison).toMatchObject({ pairs: 3, verdict: { status: 'invalid', exitCode: 3 } });
    expect(comparison.notes.join()).toContain('v-1-before is listed twice in v');
  }
});

test('that it was interrupted, or left something behind after its last run, stays', async () => {
  const interrupted = { status: 'interrupted' as const, reasons: ['interrupted'], exitCode: 130 };
  await keepVerification('cut', { pairs: 7, comparison: { verdict: interrupted } });
  expect((await compare(['cut'])).verdict).toMatchObject({ status: 'interrupted', exitCode: 130 });
  const left = { status: 'fail' as const, reasons: ['a toxic is left on postgres'], exitCode: 4 };
  await keepVerification('left', { comparison: { verdict: left } });
  const { verdict } = await compare(['left']);
  expect(verdict.exitCode).toBe(4);
  expect(verdict.reasons).toContain('a toxic is left on postgres');
});

test('that it left something behind when all was over counts where it is one of two sides', async () => {
  const left = { status: 'fail' as const, reasons: ['a toxic is left on postgres'], exitCode: 4 };
  await keepVerification('old');
  await keepVerification('left', { comparison: { verdict: left } });
  for (const force of [false, true]) {
    const { verdict } = await compare(['old', 'left'], { force });
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 4 });
    expect(verdict.reasons).toContain('a toxic is left on postgres');
  }
  await rm(join(folder, 'left', 'runs'), { recursive: true });
  await keepVerification('left', { pairs: 1, comparison: { verdict: left } });
  await rm(join(folder, 'left', 'runs', '1-after'), { recursive: true });
  await expect(compare(['left'])).rejects.toMatchObject({ code: 'NOTHING_COMPARED', exitCode: 4 });
});

test('what is damaged moves no cursor where it is quoted', async () => {
  await keepVerification('v');
  const file = join(folder, 'v', 'comparison.json');
  const kept = JSON.parse(await readFile(file, 'utf8')) as Comparison;
  const outside = kept.runs.map((run, at) =>
    at === 0 ? { ...run, id: '\u001b[2Jgone\nforged', folder: '../elsewhere' } : run,
  );
  await writeFile(file, JSON.stringify({ ...kept, runs: outside }));
  await compare(['v']);
  expect(said.join()).toContain('\ufffd[2Jgone forged lies outside of');
  await writeFile(file, '\u001b[2J\u001b]0;title\u0007');
  const { verdict, notes } = await compare(['v']);
  expect(verdict.reasons.join()).toContain('how it was judged are not known');
  expect([...said, ...verdict.reasons, ...notes].filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
});

test('one that died before it could compare is paired by its variants and seeds', async () => {
  await keepVerification('v');
  await rm(join(folder, 'v', 'comparison.json'));
  expect(await compare(['v'])).toMatchObject({ pairs: 6, claims: [], verdict: { status: 'pass' } });
  await writeFile(join(folder, 'v', 'comparison.json'), '{"formatVersion":1}');
  const unread = await compare(['v']);
  expect(unread).toMatchObject({ pairs: 6, verdict: { status: 'invalid', exitCode: 3 } });
  expect(unread.verdict.reasons.join()).toContain('its claims and how it was judged are not known');
});

test('nothing outside of its folder is read, and no other run under its name', async () => {
  await keepVerification('other');
  await keepVerification('v', { pairs: 7 });
  const listed = (at: string) =>
    (['before', 'after'] as const).map((role): ComparisonRun => ({
      ...{ id: 'v-1-before', pair: 1, role, variant: role, seed: 1001, position: 1, folder: at },
      ...{ verdict: 'pass', reasons: [] },
    }));
  for (const at of ['../other/runs/1-before', join(folder, 'other', 'runs', '1-before')]) {
    await keepVerification('v', { comparison: { runs: listed(at) } });
    await expect(compare(['v'])).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND', exitCode: 2 });
    expect(said.join()).toContain('v-1-before lies outside of');
  }
  await keepVerification('v', { comparison: { runs: listed('runs/2-before') } });
  await expect(compare(['v'])).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
  expect(said.join()).toContain('is another run than v-1-before');
});

test('of two verifications the after sides are compared: made in blocks', async () => {
  await keepVerification('old');
  await keepVerification('new', {
    sketch: (pair) => ({ startedAt: new Date(Date.UTC(2026, 0, 6, 9, 4 * pair)).toISOString() }),
  });
  const comparison = await compare(['old', 'new']);
  expect(comparison.runs.map(({ variant }) => variant)).toEqual(Array(12).fill('after'));
  expect(comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  expect(comparison.verdict.reasons.join()).toContain('made in blocks');
  const before = await compare(['old', 'new'], { variant: 'before' });
  expect(before.runs.map(({ variant }) => variant)).toEqual(Array(12).fill('before'));
});

test.each<[string, Partial<CompareRecordsRequest>, string]>([
  ['--variant within one folder', { variant: 'after' }, '--variant is for two sides'],
  ['a variant that it does not have', { before: 'befroe' }, 'no run of the variant `befroe`'],
  ['one variant on both sides', { before: 'after' }, '`after` cannot be both sides'],
])('%s is a mistake', async (_, changes, message) => {
  await keepVerification('v');
  await expect(compare(['v'], changes)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(message) as string,
  });
});

test('one without a run on one side has nothing to compare', async () => {
  await keepVerification('v', { pairs: 1 });
  await rm(join(folder, 'v', 'runs', '1-after'), { recursive: true });
  await expect(compare(['v'])).rejects.toMatchObject({ code: 'NOTHING_COMPARED', exitCode: 3 });
});
