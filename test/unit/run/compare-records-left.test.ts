// What runs say that are in no pair: what was left behind, and what `after` broke, counts all the same.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compareRecords } from '../../../src/run/compare-records.ts';
import type { RunSketch } from '../../support/run-record.ts';
import { invalid, keepRun, keepRuns, latency, promise } from '../../support/stored-runs.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-compare-'));
  vi.stubEnv('METTLE_STATE_DIR', join(folder, 'state'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const compare = async (force = false) => {
  const paths = [join(folder, 'a'), join(folder, 'b')];
  const request = { paths, force, out: join(folder, 'out'), command: 'mettle compare a b', say: () => {} };
  return (await compareRecords(request)).comparison;
};

const left: Partial<RunSketch> = { verdict: { status: 'fail', reasons: ['a toxic is left'], exitCode: 4 } };
const broken: Partial<RunSketch> = {
  slo: [promise('fail')],
  verdict: { status: 'fail', reasons: ['p95'], exitCode: 1 },
};
const unfit: Partial<RunSketch> = { verdict: invalid('no good answer: everything that was offered failed') };

const lose = (side: 'a' | 'b', id: string) => rm(join(folder, side, id, 'latency.hlog'));

/** The eighth pairs of sixteen runs in turns, as asked. */
async function eighth(before: Partial<RunSketch>, after: Partial<RunSketch>): Promise<void> {
  await keepRuns(folder, 'ABBA'.repeat(4));
  await keepRun(join(folder, 'a'), 'A8', 30, latency(100_800), before);
  await keepRun(join(folder, 'b'), 'B8', 28, latency(50_800), after);
}

describe('what was left behind counts', () => {
  const told = async (id: string, force = false) => {
    const { verdict, pairs } = await compare(force);
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 4 });
    expect(verdict.reasons.filter((reason) => reason === `${id}: a toxic is left`)).toHaveLength(1);
    return pairs;
  };

  test('in a pair, once', async () => {
    await eighth({}, left);
    expect(await told('B8')).toBe(8);
  });

  test('where the run was interrupted, too', async () => {
    await keepRuns(folder, 'ABBA'.repeat(4));
    const grounds = { undoFailed: ['a toxic is left'], interrupted: 'SIGINT', invalid: [] };
    await keepRun(join(folder, 'b'), 'B-cut', 40, latency(1), { ...left, grounds });
    expect(await told('B-cut')).toBe(8);
    expect(await told('B-cut', true)).toBe(8);
  });

  test.each([
    ['the run itself', 'b', 'B8'],
    ['its partner', 'a', 'A8'],
  ] as const)('where the measurements are gone of %s', async (_, side, id) => {
    await eighth({}, left);
    await lose(side, id);
    expect(await told('B8')).toBe(7);
  });

  test('where its pair is left out by force, because the partner is unfit', async () => {
    await eighth(unfit, left);
    expect(await told('B8', true)).toBe(7);
  });

  test('where nothing is left to compare', async () => {
    await keepRun(join(folder, 'a'), 'A1', 0, latency(1));
    await keepRun(join(folder, 'b'), 'B1', 2, latency(1), left);
    await lose('a', 'A1');
    await expect(compare()).rejects.toMatchObject({
      ...{ code: 'NOTHING_COMPARED', exitCode: 4 },
      message: expect.stringContaining('B1: a toxic is left') as string,
    });
  });
});

describe('a promise that `after` broke counts', () => {
  const reason = 'after: p95(query) < 500ms broken in B8, which is in no pair';

  test.each([
    ['the run itself', 'b', 'B8'],
    ['its partner', 'a', 'A8'],
  ] as const)('where the measurements are gone of %s', async (_, side, id) => {
    await eighth({}, broken);
    await lose(side, id);
    const { verdict, pairs } = await compare();
    expect({ pairs, ...verdict }).toMatchObject({ pairs: 7, status: 'fail', exitCode: 1 });
    expect(verdict.reasons).toContain(reason);
  });

  test('of `before` it does not', async () => {
    await eighth(broken, {});
    await lose('b', 'B8');
    expect((await compare()).verdict.status).toBe('pass');
  });

  test('and is told where its pair is left out by force, because the partner is unfit', async () => {
    await eighth(unfit, broken);
    expect((await compare(true)).forced).toContain(reason);
  });

  test('where nothing is left to compare', async () => {
    await keepRun(join(folder, 'a'), 'A1', 0, latency(1));
    await keepRun(join(folder, 'b'), 'B1', 2, latency(1), broken);
    await lose('a', 'A1');
    await expect(compare()).rejects.toMatchObject({ code: 'NOTHING_COMPARED', exitCode: 1 });
  });
});

test('a partner that measured nothing reliable makes it invalid where the measurements are gone of the other', async () => {
  await eighth({}, unfit);
  await lose('a', 'A8');
  const { verdict } = await compare();
  expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  expect(verdict.reasons.join()).toContain('B8, in no pair, measured nothing reliable: no good answer');
});
