// Runs of a verification that never got a partner: what they say of their promises counts, whichever order was drawn.

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Comparison } from '../../../src/compare/schema.ts';
import { MettleError } from '../../../src/kernel/errors.ts';
import type { RunRecord } from '../../../src/record/schema.ts';
import { writeRecord } from '../../../src/record/store.ts';
import { comparisonHtml } from '../../../src/report/comparison-html.ts';
import { comparisonMarkdown } from '../../../src/report/comparison-markdown.ts';
import { compareRecords } from '../../../src/run/compare-records.ts';
import { pairOrder, type Role } from '../../../src/run/pair-order.ts';
import { answers, type Asked, faster, type MadeUp, verifying } from '../../support/fake-verify.ts';

const text = 'error_rate(query) < 1%';
const scenario = {
  ...{ name: 'checkout', file: null, hash: 'a'.repeat(64), durationMicros: 10_000_000, claims: [] },
  ...{ primary: 'p50(query)', slo: [{ assert: text, severity: 'fail' }] },
} as never;

type Status = RunRecord['slo'][number]['status'];
const slo = (status: Status): RunRecord['slo'] =>
  [
    { text, severity: 'fail', status, value: 0, atLeast: false, limit: 0.01, unit: 'share', samples: 200 },
  ].map((promise) => ({ ...promise, reason: null }) as RunRecord['slo'][number]);

const held = (made: MadeUp, status: Status, more: MadeUp['sketch'] = {}): MadeUp => ({
  ...made,
  sketch: { primary: 'p50(query)', slo: slo(status), ...more },
});
const broken: MadeUp['sketch'] = { verdict: { status: 'fail', reasons: [`${text}: 3%`], exitCode: 1 } };
const stopped: MadeUp['sketch'] = {
  ...broken,
  stoppedBy: {
    ...{ promise: text, sinceMicros: 1e6, atMicros: 2e6, windowMicros: 1e6 },
    ...{ bad: 40, total: 40, allowedShare: 0.01 },
  },
};
const saturated: MadeUp['sketch'] = {
  health: { level: 'saturated', reasons: [], judgedSeconds: 1, measures: [] },
  verdict: { status: 'invalid', reasons: ['the load generator was saturated: lag'], exitCode: 3 },
};

/** A seed whose second pair begins with this role. */
const seedFor = (first: Role): number =>
  Array.from({ length: 100 }, (_, seed) => seed).find((seed) => pairOrder([6], seed)[1] === first)!;

let state = '';
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'mettle-alone-'));
  vi.stubEnv('METTLE_STATE_DIR', state);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true, force: true });
});

interface Both {
  readonly made: Comparison;
  /** Of its folder, by `mettle compare`. */
  readonly again: Comparison;
}

/** Every run passes but those of the second pair, which are as said. `first`: which role begins that pair. */
async function verifyingSecond(first: Role, second: (asked: Asked) => MadeUp): Promise<Both> {
  const { result, folder } = await verifying(
    (one) => (one.attempt <= 2 ? held(faster(one), 'pass') : second(one)),
    {
      request: { scenario, seed: seedFor(first) },
      ports: {
        writeRunReports: async (of, data) => {
          await mkdir(of, { recursive: true });
          await writeRecord(of, data);
          return of;
        },
      },
    },
  );
  const { comparison } = await compareRecords({
    ...{
      paths: [folder],
      force: false,
      out: join(state, 'out'),
      command: 'mettle compare',
      say: () => undefined,
    },
  });
  const kept = JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8')) as Comparison;
  expect(kept.verdict).toEqual(result.comparison.verdict);
  return { made: result.comparison, again: comparison };
}

describe('a promise of `after` that stopped the run', () => {
  const stops = (one: Asked): MadeUp =>
    one.role === 'after' ? held(answers(50_000), 'fail', stopped) : held(faster(one), 'pass');

  it.each(['before', 'after'] as const)('fails it where %s went first in the pair', async (first) => {
    const { made, again } = await verifyingSecond(first, stops);
    expect(made.runs).toHaveLength(first === 'before' ? 4 : 3);
    expect(made.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(made.verdict.reasons[0]).toContain(`after: ${text} broken in `);
    expect(made.verdict.reasons.join()).toContain(`stopped by \`${text}\``);
    expect(again.verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(made.promises[0]?.after).toMatchObject({ passed: 1, failed: 1, other: 0 });
    expect(again.promises).toEqual(made.promises);
    expect(comparisonMarkdown(made)).toContain('1 of 2 runs');
    expect(comparisonHtml(made)).toContain('promises kept in every run after</dt><dd>0 of 1');
  });

  it('fails it where not one pair is complete, and the table counts the run', async () => {
    const seed = Array.from({ length: 100 }, (_, at) => at).find((at) => pairOrder([6], at)[0] === 'after')!;
    const alone = { ...(scenario as object), primary: null } as never;
    const { result } = await verifying(stops, { request: { scenario: alone, seed } });
    const { verdict, pairs, runs, promises } = result.comparison;
    expect({ pairs, runs: runs.length }).toEqual({ pairs: 0, runs: 1 });
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(verdict.reasons[0]).toBe(`after: ${text} broken in ${runs[0]!.id}, which is in no pair`);
    expect(verdict.reasons.join()).not.toContain('no promise that can fail');
    expect(promises[0]?.after).toMatchObject({ passed: 0, failed: 1 });
    expect(comparisonMarkdown(result.comparison)).toContain('| no run | 0 of 1 run |');
  });

  it('breaks nothing where it only warns', async () => {
    const warned = slo('warn').map((promise) => ({ ...promise, severity: 'warn' as const }));
    const { made, again } = await verifyingSecond('after', () =>
      held(answers(50_000), 'pass', { ...stopped, slo: warned }),
    );
    expect(made.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(again.verdict.exitCode).toBe(3);
  });
});

describe('a whole run of `after`', () => {
  it.each<[Status, number]>([
    ['fail', 1],
    ['invalid', 3],
  ])('of which a promise is `%s` says so beside a partner that could not count', async (status, exitCode) => {
    const own = held(answers(50_000), status, status === 'fail' ? broken : {});
    const { made, again } = await verifyingSecond('after', ({ role }) =>
      role === 'after' ? own : held(answers(100_000), 'pass', saturated),
    );
    expect([made.verdict.exitCode, again.verdict.exitCode]).toEqual([exitCode, exitCode]);
    expect(made.verdict.reasons.join()).toContain(`after: ${text} `);
  });

  const cannotStart = new MettleError({ code: 'NOT_READY', message: 'the target did not become ready' });
  const ending = async (status: Status, end: (asked: Asked) => MadeUp) => {
    const own = held(answers(50_000), status, status === 'fail' ? broken : {});
    const make = (one: Asked) =>
      one.attempt <= 2 ? held(faster(one), 'pass') : one.role === 'after' ? own : end(one);
    const { result } = await verifying(make, { request: { scenario, seed: seedFor('after') } });
    return result;
  };

  it('is told, and 2 keeps its place, where the partner could not be started', async () => {
    const { comparison, failure } = await ending('fail', () => {
      throw cannotStart;
    });
    expect(failure).toBe(cannotStart);
    expect(comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 2 });
    expect(comparison.verdict.reasons[0]).toBe('the target did not become ready');
    expect(comparison.verdict.reasons[1]).toMatch(/ broken in .*, which is in no pair$/);
  });

  it('is told, and 130 outranks it, where the partner was interrupted', async () => {
    const { comparison } = await ending('fail', (one) => {
      one.interrupt();
      return held(answers(100_000), 'not judged', {
        verdict: { status: 'interrupted', reasons: ['interrupted'], exitCode: 130 },
      });
    });
    expect(comparison.verdict).toMatchObject({ status: 'interrupted', exitCode: 130 });
    expect(comparison.verdict.reasons.at(-1)).toMatch(/ broken in .*, which is in no pair$/);
    expect(comparison.promises[0]?.after).toMatchObject({ passed: 1, failed: 1 });
  });
});
