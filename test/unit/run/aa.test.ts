// One variant against itself: what comes of the pairs, when it is kept, and when it says nothing.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { type Noise, noiseSchema } from '../../../src/record/noise-schema.ts';
import { type MeasuredNoise, measureNoise } from '../../../src/run/aa.ts';
import { knownNoise } from '../../../src/run/known-noise.ts';
import { renderNoiseAgain } from '../../../src/run/noise-report.ts';
import type { VerifyOptions } from '../../../src/run/verify-scenario.ts';
import type { LoadedScenario } from '../../../src/scenario/load.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { answers, type Asked, type MadeUp, verifying } from '../../support/fake-verify.ts';
import { repeated } from '../../support/slices.ts';

const claim = {
  ...{ id: 'faster', says: 'it is faster', metric: 'p75(query)', expect: 'at least 40% lower' },
  ...{ documented: null, because: null },
};
const scenarioOf = (changes: object): LoadedScenario =>
  ({
    scenario: { name: 'checkout', primary: 'p50(query)', slo: [], claims: [claim], ...changes },
  }) as unknown as LoadedScenario;

interface Case {
  readonly scenario?: object;
  readonly make: (asked: Asked) => MadeUp;
  readonly pairs?: number;
}

/** What verify was asked for, and what came of it. */
async function measuring({
  scenario = {},
  make,
  pairs = 6,
}: Case): Promise<MeasuredNoise & { asked: VerifyOptions[] }> {
  const asked: VerifyOptions[] = [];
  const request = { variant: 'after', pairs, progress: () => undefined } as unknown as Parameters<
    typeof measureNoise
  >[1];
  const measured = await measureNoise(scenarioOf(scenario), request, async (loaded, options) => {
    asked.push(options);
    const { claims, primary } = loaded.scenario;
    expect(claims).toEqual([]);
    const held = { name: 'checkout', file: null, hash: 'h', durationMicros: 1_000_000, primary, claims };
    const { result } = await verifying(make, {
      request: {
        claimed: options.claimed ?? [],
        variants: options.variants,
        design: options.design,
        scenario: { ...held, slo: [] } as never,
      },
    });
    return { ...result, failure: null };
  });
  return { ...measured, asked };
}

const alike = ({ attempt }: Asked): MadeUp => answers(100_000 + ((attempt * 7) % 5) * 400);
const kept = async (measured: MeasuredNoise): Promise<Noise> =>
  noiseSchema.parse(JSON.parse(await readFile(join(dirname(measured.reportPath), 'noise.json'), 'utf8')));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-aa-'));
  vi.stubEnv('METTLE_STATE_DIR', join(folder, 'state'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('one variant against itself', () => {
  it('gives the noise floor of every metric, of claims too, and judges no claim', async () => {
    const measured = await measuring({ make: alike });
    expect(measured).toMatchObject({ exitCode: 0, reasons: [] });
    expect(measured.asked[0]).toMatchObject({
      variants: { before: 'after', after: 'after' },
      design: { kind: 'fixed', looks: [6] },
    });
    expect(measured.comparison.claims).toEqual([]);
    expect(measured.comparison.notes[0]).toContain('both sides are the same variant');
    const noise = measured.noise!;
    expect(noise).toMatchObject({ variant: 'after', pairs: 6 });
    const [first] = noise.metrics;
    expect(first).toMatchObject({ metric: 'p50(query)', outcome: 'no change', comparisons: 64 });
    expect(first!.deviation).toBeGreaterThan(0);
    expect(noise.metrics.filter(({ metric }) => metric === 'p75(query)')).toHaveLength(1);
    expect(await kept(measured)).toEqual(noise);
    const markdown = await readFile(join(dirname(measured.reportPath), 'noise.md'), 'utf8');
    expect(markdown).toContain('p75(query)');
    const path = join(dirname(measured.reportPath), 'noise.md');
    await rm(path);
    await renderNoiseAgain(dirname(path), measured.comparison);
    expect(await readFile(path, 'utf8')).toBe(markdown);
    const comparison = await readFile(join(dirname(measured.reportPath), 'comparison.json'), 'utf8');
    expect(comparison).toContain('both sides are the same variant');
  });

  it('is known to later comparisons, and the next one adds up', async () => {
    const measured = await measuring({ make: alike });
    const { run } = (await verifying(alike)).result.pairs[0]!.before;
    expect(await knownNoise(run, () => undefined)).toEqual(measured.noise);
    const again = await measuring({ make: alike });
    expect(again.noise?.metrics[0]?.repeated).toEqual({ comparisons: 2, falseAlarms: 0 });
  });

  it('a false alarm is told in the noise floor, and is no failure', async () => {
    // All runs that play `after` are slower by 30 %, which chance does in 1 of 32 cases.
    const unlucky = ({ request }: Asked): MadeUp =>
      answers((request.place?.what ?? '').includes('before') ? 100_000 : 130_000);
    const measured = await measuring({ make: unlucky });
    expect(measured.noise?.metrics[0]).toMatchObject({
      ...{ metric: 'p50(query)', outcome: 'regressed', repeated: { comparisons: 1, falseAlarms: 1 } },
      ...{ comparisons: 64, falseAlarms: 2 },
    });
    expect(measured.exitCode).toBe(0);
    expect(measured.comparison.verdict.exitCode).toBe(1);
  });
});

describe('a metric with a claim', () => {
  const p95 = { ...claim, metric: 'p95( query )' };
  /** Only the slowest tenth of what plays `after` is slower. */
  const unluckyTail = ({ attempt, request }: Asked): MadeUp => {
    const tail = (request.place?.what ?? '').includes('before') ? 300_000 : 900_000;
    const rest = 100_000 + ((attempt * 7) % 5) * 400;
    return { content: { okMicros: [...repeated(180, rest), ...repeated(20, tail + attempt)] } };
  };
  const p95Of = async (claims: readonly object[]) => {
    const measured = await measuring({ scenario: { claims }, make: unluckyTail });
    expect(measured.comparison.claims).toEqual([]);
    const noise = measured.noise!.metrics.find(({ metric }) => metric === 'p95(query)')!;
    const compared = measured.comparison.metrics.find(({ metric }) => metric === 'p95(query)')!;
    const markdown = await readFile(join(dirname(measured.reportPath), 'noise.md'), 'utf8');
    return { noise, compared, markdown, kept: await kept(measured) };
  };

  it('stands on its own, as in verifications: its false alarm is told and counted', async () => {
    const { noise, compared, markdown, kept: stored } = await p95Of([p95]);
    expect(noise).toMatchObject({ outcome: 'regressed', repeated: { comparisons: 1, falseAlarms: 1 } });
    expect(compared).toMatchObject({ outcome: 'regressed', alone: null, adjustedP: null });
    expect(markdown).toContain('FALSE ALARM: p95(query) was called regressed');
    expect(stored.metrics).toContainEqual(noise);
  });

  it('is one of many where nothing is claimed of it', async () => {
    const { noise, compared, markdown } = await p95Of([]);
    expect(noise).toMatchObject({ outcome: 'inconclusive', repeated: { comparisons: 1, falseAlarms: 0 } });
    expect(compared).toMatchObject({ outcome: 'inconclusive', alone: 'regressed' });
    expect(markdown).not.toContain('FALSE ALARM');
  });
});

test('a noise.json that is damaged is named; none is none', async () => {
  await renderNoiseAgain(folder, sampleComparison());
  await writeFile(join(folder, 'noise.json'), '{');
  const again = renderNoiseAgain(folder, sampleComparison());
  await expect(again).rejects.toMatchObject({ code: 'RECORD_CORRUPT', exitCode: 2 });
});

test.each([
  ['left something behind', 'fail', 4],
  ['interrupted', 'interrupted', 130],
] as const)(
  'runs that ended in `%s` still say so where that cannot be written',
  async (why, status, exitCode) => {
    const comparison = { ...sampleComparison(), verdict: { status, reasons: [why], exitCode } };
    const reportPath = join(tmpdir(), 'mettle-aa-gone', 'comparison.html');
    const request = { variant: 'after', pairs: 6, progress: () => undefined } as never;
    const runPairs = () => Promise.resolve({ comparison, reportPath, pairs: [] });
    const measured = measureNoise(scenarioOf({}), request, runPairs);
    await expect(measured).rejects.toMatchObject({ exitCode });
    await expect(measured).rejects.toThrow(`${why}; besides that: cannot write `);
  },
);

describe('what says nothing', () => {
  const broken = ({ attempt }: Asked): MadeUp =>
    attempt === 5
      ? {
          ...answers(100_000),
          sketch: { verdict: { status: 'invalid', reasons: ['no traffic on the link'], exitCode: 3 } },
        }
      : alike({ attempt } as Asked);

  it('is not kept: a run that cannot count', async () => {
    await measuring({ make: alike });
    const measured = await measuring({ make: broken });
    expect(measured).toMatchObject({ noise: null, exitCode: 3 });
    expect(measured.reasons.join()).not.toBe('');
    const { run } = (await verifying(alike)).result.pairs[0]!.before;
    expect((await knownNoise(run, () => undefined))?.metrics[0]?.repeated?.comparisons).toBe(1);
  });

  it('is not kept: pairs that ended before their time, whatever they were asked about', async () => {
    await measuring({ make: alike });
    const late = (asked: Asked): MadeUp =>
      asked.attempt >= 15 ? broken({ ...asked, attempt: 5 }) : alike(asked);
    const measured = await measuring({ scenario: { primary: null }, make: late, pairs: 10 });
    expect(measured).toMatchObject({ noise: null, exitCode: 3 });
    expect(measured.reasons[0]).toBe('7 of 10 pairs are complete');
    expect(measured.reasons.join()).toContain('no traffic on the link');
    const { run } = (await verifying(alike)).result.pairs[0]!.before;
    expect((await knownNoise(run, () => undefined))?.pairs).toBe(6);
  });

  it('is not kept: an interruption', async () => {
    const measured = await measuring({
      make: (asked) => {
        if (asked.attempt === 4) asked.interrupt();
        return alike(asked);
      },
    });
    expect(measured).toMatchObject({ noise: null, exitCode: 130 });
    expect(measured.comparison.runs.length).toBeGreaterThan(0);
  });

  it('is not kept: a primary metric with too few samples', async () => {
    const few = (): MadeUp => ({ content: { okMicros: [100_000, 100_000] } });
    const measured = await measuring({ scenario: { primary: 'p99(query)' }, make: few });
    expect(measured).toMatchObject({ noise: null, exitCode: 3 });
    expect(measured.reasons[0]).toContain('p99(query) (primary)');
  });

  it('is refused before anything starts: a scenario without any metric', async () => {
    const asked = measuring({ scenario: { primary: null, claims: [] }, make: alike });
    await expect(asked).rejects.toMatchObject({ code: 'NOTHING_TO_MEASURE', exitCode: 2 });
  });

  it('is kept beside its runs, and a failure: one that later comparisons cannot know of', async () => {
    vi.stubEnv('METTLE_STATE_DIR', '/dev/null');
    const measured = await measuring({ make: alike });
    expect(measured.noise).not.toBeNull();
    expect(await kept(measured)).toEqual(measured.noise);
    expect(measured.exitCode).toBe(3);
    expect(measured.reasons[0]).toContain('cannot be kept');
  });
});
