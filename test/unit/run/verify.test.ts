// A verification from its first run to its comparison: what it makes, what it makes again, and how it ends.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { twoLooks } from '../../../src/compare/design.ts';
import { exitCodes, MettleError } from '../../../src/kernel/errors.ts';
import { pairOrder, pairSeed } from '../../../src/run/pair-order.ts';
import { answers, type Asked, faster, type MadeUp, verifying } from '../../support/fake-verify.ts';
import { sliceOf } from '../../support/slices.ts';

const second = 1_000_000;

const saturated = (reason = 'the load generator was saturated: schedule lag'): MadeUp => ({
  ...answers(100_000),
  sketch: {
    health: { level: 'saturated', reasons: [], judgedSeconds: 1, measures: [] },
    verdict: { status: 'invalid', reasons: [reason], exitCode: 3 },
  },
});

const cutShort: MadeUp = {
  ...answers(100_000),
  sketch: { verdict: { status: 'interrupted', reasons: ['interrupted'], exitCode: 130 } },
};

const cannotStart = new MettleError({ code: 'NOT_READY', message: 'the target did not become ready' });

/** The fourth attempt is special; the others are as they should be. */
const fourth =
  (special: (asked: Asked) => MadeUp) =>
  (asked: Asked): MadeUp =>
    asked.attempt === 4 ? special(asked) : faster(asked);

describe('pairs', () => {
  it('are made in the drawn order, fresh, with one seed for both members and a pause between runs', async () => {
    const { result, asked, pausesMicros } = await verifying(faster);
    const roles = pairOrder([6], 42).flatMap((first) => [first, first === 'before' ? 'after' : 'before']);
    expect(asked.map(({ role }) => role)).toEqual(roles);
    const seeds = [1, 2, 3, 4, 5, 6].flatMap((pair) => [pairSeed(42, pair), pairSeed(42, pair)]);
    expect(asked.map(({ request }) => request.seed)).toEqual(seeds);
    expect(new Set(asked.map(({ request }) => request.folder)).size).toBe(12);
    expect(pausesMicros).toEqual(Array.from({ length: 11 }, () => second));
    const { comparison, pairs, failure } = result;
    expect(comparison).toMatchObject({ pairs: 6, verdict: { status: 'pass', exitCode: 0 } });
    expect(comparison.runs.map(({ position }) => position)).toEqual(asked.map(({ attempt }) => attempt));
    expect(pairs).toHaveLength(6);
    expect(failure).toBeNull();
  });

  it('are told with what repeats each run', async () => {
    const { asked } = await verifying(faster);
    const seed = pairSeed(42, 1);
    expect(asked[0]?.request.command).toBe(
      `mettle run checkout.yml --variant ${asked[0]?.role ?? ''} --seed ${seed} --threads 1`,
    );
    const variantFlags = { before: ' --set target.http=http://a', after: ' --set target.http=http://b' };
    const byUrl = await verifying(faster, { request: { variantFlags } });
    expect(byUrl.asked[0]?.request.command).toBe(
      `mettle run checkout.yml${variantFlags[byUrl.asked[0]!.role]} --seed ${seed} --threads 1`,
    );
  });

  it('are told so that a shell takes each name as one word', async () => {
    const variants = { before: 'old one', after: 'after' };
    const scenario = {
      ...{ name: 'checkout', file: "scenarios/my rag's.yml", hash: 'a'.repeat(64), durationMicros: second },
      ...{ primary: 'p50(query)', slo: [], claims: [] },
    } as never;
    const { asked } = await verifying(faster, { request: { variants, scenario } });
    const commands = new Set(asked.map(({ request }) => request.command.replace(/ --seed.*/, '')));
    const file = "'scenarios/my rag'\\''s.yml'";
    expect([...commands].sort()).toEqual([
      `mettle run ${file} --variant 'old one'`,
      `mettle run ${file} --variant after`,
    ]);
  });

  it('are told with what is to be known of the two sides', async () => {
    const { result } = await verifying(faster, { request: { notes: ['both sides are the same server'] } });
    expect(result.comparison.notes).toContain('both sides are the same server');
  });

  it('may follow one another without a pause', async () => {
    const { pausesMicros } = await verifying(faster, { request: { coolDownMicros: 0 } });
    expect(pausesMicros).toEqual([]);
  });

  it('are told with the noise floor of runs like the first', async () => {
    const seen: string[] = [];
    await verifying(faster, { ports: { noiseOf: ({ id }) => (seen.push(id), Promise.resolve(null)) } });
    expect(seen).toHaveLength(1);
  });
});

describe('looks', () => {
  const design = twoLooks(14);

  it('end it when the first decides', async () => {
    const { result, asked, lines } = await verifying(faster, { request: { design } });
    expect(asked).toHaveLength(14);
    expect(result.comparison).toMatchObject({ pairs: 7, verdict: { status: 'pass' } });
    const ended = 'ended at the first of two looks, after 7 pairs: more of them would decide nothing';
    expect(result.comparison.notes).toContain(ended);
    expect(lines).toContain(ended);
    expect(lines.some((line) => line.startsWith('pair 1 of at most 14'))).toBe(true);
  });

  it('let it go on when the first does not', async () => {
    const wild = ({ role, request }: Asked): MadeUp =>
      answers(role === 'before' ? 100_000 : request.seed % 2 === 0 ? 50_000 : 190_000);
    const { asked, lines } = await verifying(wild, { request: { design } });
    expect(asked).toHaveLength(28);
    expect(lines).toContain('a look after 7 pairs: undecided, so there will be 14 of them');
  });
});

describe('runs that do not count', () => {
  it('are made again at most twice when the generator was at fault, each kept and named', async () => {
    const { result, asked, lines } = await verifying((one) =>
      [4, 5].includes(one.attempt) ? saturated() : faster(one),
    );
    expect(asked).toHaveLength(14);
    const { comparison } = result;
    expect(comparison.verdict.status).toBe('pass');
    const [a, b, good] = asked.slice(3, 6).map(({ request }) => request);
    expect(comparison.repeats.map(({ id }) => id)).toEqual([a?.id, b?.id]);
    expect(comparison.repeats[0]).toMatchObject({ pair: 2, folder: `runs/${a?.id ?? ''}` });
    expect(comparison.runs[3]).toMatchObject({ id: good?.id, position: 4 });
    expect(good?.seed).toBe(a?.seed);
    expect(lines.filter((line) => line.includes('repeated, because'))).toHaveLength(2);
  });

  it('are made again when a load thread died', async () => {
    const verdict = { status: 'invalid' as const, reasons: ['a load thread died: thread 0: x'], exitCode: 3 };
    const { asked, result } = await verifying(fourth(() => ({ ...answers(100_000), sketch: { verdict } })));
    expect(asked).toHaveLength(13);
    expect(result.comparison.repeats).toHaveLength(1);
  });

  it('are made again when a fault was not as asked', async () => {
    const outside = { name: 'added latency', asked: '50ms', happened: '90ms', status: 'outside' as const };
    const verdict = { status: 'invalid' as const, reasons: ['fault slow: added latency'], exitCode: 3 };
    const sketch = { faults: [{ id: 'slow', fidelity: [outside] }], verdict };
    const { asked } = await verifying(fourth(() => ({ ...answers(100_000), sketch })));
    expect(asked).toHaveLength(13);
  });

  it('end it after two repeats: nothing is measured that cannot count', async () => {
    const { result, asked } = await verifying((one) => (one.attempt >= 4 ? saturated() : faster(one)));
    expect(asked).toHaveLength(6);
    const { comparison } = result;
    expect(comparison.verdict).toMatchObject({ status: 'invalid', exitCode: exitCodes.invalid });
    const last = asked[5]?.request.id ?? '';
    expect(comparison.verdict.reasons[0]).toBe(`${last}: the load generator was saturated: schedule lag`);
    expect(comparison.runs.map(({ id }) => id)).toContain(last);
    expect(comparison.repeats).toHaveLength(2);
  });

  it('end it even where the pair of such a run never became complete', async () => {
    const { result, asked } = await verifying((one) => (one.attempt >= 3 ? saturated() : faster(one)));
    expect(asked).toHaveLength(5);
    expect(result.comparison).toMatchObject({ pairs: 1, verdict: { status: 'invalid', exitCode: 3 } });
    expect(result.comparison.verdict.reasons.join('\n')).toContain('the load generator was saturated');
  });

  it.each<[string, NonNullable<MadeUp['sketch']>]>([
    [
      'met no traffic',
      {
        ...saturated('fault slow met no traffic on db').sketch,
        faults: [{ id: 'slow', traffic: { before: 40, during: 0, status: 'missed' } }],
      },
    ],
    [
      'was stopped by a promise',
      {
        stoppedBy: { promise: 'error_rate < 1%' } as never,
        verdict: { status: 'fail', reasons: ['error_rate < 1%'], exitCode: 1 },
      },
    ],
    [
      'answered nothing, and saturated the generator',
      { ...saturated().sketch, slices: [sliceOf('query', 0, second, { timedOutMicros: [5_000_000] })] },
    ],
    ['answered nothing', { verdict: { status: 'invalid', reasons: ['no good answer'], exitCode: 3 } }],
  ])('end it at once when the target was at fault: a run that %s', async (_what, sketch) => {
    const { result, asked } = await verifying(fourth(() => ({ ...answers(100_000), sketch })));
    expect(asked).toHaveLength(4);
    expect(result.comparison.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(result.comparison.repeats).toEqual([]);
  });

  it('end it at once when something was left behind, which outranks all else', async () => {
    const verdict = { status: 'fail' as const, reasons: ['fault slow could not be undone'], exitCode: 4 };
    const sketch = { faults: [{ id: 'slow', status: 'undo failed' as const, note: 'gone' }], verdict };
    const { result, asked } = await verifying(fourth(() => ({ ...answers(100_000), sketch })));
    expect(asked).toHaveLength(4);
    expect(result.comparison.verdict).toMatchObject({ status: 'fail', exitCode: 4 });
  });
});

describe('an end before its time', () => {
  it('keeps what was measured when it is interrupted in a run', async () => {
    const { result, asked, folder } = await verifying((one) => {
      if (one.attempt !== 5) return faster(one);
      one.interrupt();
      return cutShort;
    });
    expect(asked).toHaveLength(5);
    const { comparison } = result;
    expect(comparison).toMatchObject({ pairs: 2, verdict: { status: 'interrupted', exitCode: 130 } });
    expect(comparison.runs).toHaveLength(5);
    expect(comparison.runs[4]).toMatchObject({ pair: 3, verdict: 'interrupted' });
    const kept: unknown = JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8'));
    expect(kept).toMatchObject({ verdict: { status: 'interrupted' } });
  });

  it('stays interrupted when the comparison cannot be written', async () => {
    const writeRunReports = async (of: string): Promise<string> => {
      await mkdir(join(of, '..', '..', 'comparison.json'), { recursive: true });
      return of;
    };
    const cut = fourth((one) => {
      one.interrupt();
      return cutShort;
    });
    const made = verifying(cut, { ports: { writeRunReports } });
    await expect(made).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    await expect(made).rejects.toThrow(/^interrupted after 1 complete pairs; besides that: cannot write /);
  });

  it('has a comparison of nothing when it is interrupted in the first run', async () => {
    const { result, asked } = await verifying((one) => {
      one.interrupt();
      return cutShort;
    });
    expect(asked).toHaveLength(1);
    const { comparison } = result;
    expect(comparison).toMatchObject({ pairs: 0, verdict: { status: 'interrupted', exitCode: 130 } });
    expect(comparison.runs).toHaveLength(1);
  });

  it('begins nothing more when it is interrupted in a pause', async () => {
    const { result, asked } = await verifying(faster, { interruptInPauseAfter: 6 });
    expect(asked).toHaveLength(6);
    expect(result.comparison).toMatchObject({ pairs: 3, verdict: { status: 'interrupted', exitCode: 130 } });
  });

  it('does not make an invalid run again that was interrupted', async () => {
    const { asked } = await verifying(
      fourth((one) => {
        one.interrupt();
        return saturated();
      }),
    );
    expect(asked).toHaveLength(4);
  });

  it('keeps what was measured when a target cannot be started, and never calls that a pass', async () => {
    const { result, asked } = await verifying(
      (one) => {
        if (one.attempt === 15) throw cannotStart;
        return faster(one);
      },
      { request: { design: { kind: 'fixed', looks: [10] } } },
    );
    expect(result.failure).toBe(cannotStart);
    const { comparison } = result;
    expect(comparison).toMatchObject({ pairs: 7, verdict: { status: 'invalid', exitCode: exitCodes.usage } });
    expect(comparison.verdict.reasons[0]).toBe('the target did not become ready');
    expect(comparison.notes.join('\n')).toContain(asked[14]?.request.id);
  });

  it('throws what the first run throws: there is nothing to keep', async () => {
    const first = verifying(() => {
      throw cannotStart;
    });
    await expect(first).rejects.toBe(cannotStart);
  });

  it('tells of what was left behind even when it was interrupted', async () => {
    const left = new MettleError({ code: 'UNDO_FAILED', message: 'a proxy of ours', exitCode: 4 });
    const { result } = await verifying(
      fourth((one) => {
        one.interrupt();
        throw left;
      }),
    );
    expect(result.failure).toBe(left);
    expect(result.comparison.verdict).toMatchObject({ status: 'fail', exitCode: 4 });
  });

  describe('after a run that left something behind', () => {
    const verdict = { status: 'fail' as const, reasons: ['fault slow could not be undone'], exitCode: 4 };
    const left = fourth(() => ({ ...answers(100_000), sketch: { verdict } }));
    const full = new MettleError({ code: 'RECORD_UNWRITABLE', message: 'the disk is full', exitCode: 3 });

    it('tells of that when the reports of the run cannot be written, and names the file', async () => {
      let written = 0;
      const writeRunReports = (of: string): Promise<string> =>
        (written += 1) === 4 ? Promise.reject(full) : Promise.resolve(of);
      const { result } = await verifying(left, { ports: { writeRunReports } });
      const { comparison, failure } = result;
      expect(comparison).toMatchObject({ pairs: 2, verdict: { status: 'fail', exitCode: 4 } });
      expect(comparison.verdict.reasons.join()).toContain('fault slow could not be undone');
      expect(comparison.notes.join()).toContain('has no whole report: the disk is full');
      expect(failure).toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 });
      expect(failure?.message).toMatch(/fault slow could not be undone; besides that: the disk is full/);
    });

    it('tells of that when the comparison cannot be written', async () => {
      const writeRunReports = async (of: string): Promise<string> => {
        const comparison = join(of, '..', '..', 'comparison.json');
        await mkdir(comparison, { recursive: true });
        return of;
      };
      const made = verifying(left, { ports: { writeRunReports } });
      await expect(made).rejects.toMatchObject({ code: 'UNDO_FAILED', exitCode: 4 });
      const fine = verifying(faster, { ports: { writeRunReports } });
      await expect(fine).rejects.toMatchObject({ code: 'RECORD_UNWRITABLE', exitCode: 3 });
    });

    it('tells of that where its pair never became complete, and no fault says so', async () => {
      const third = ({ attempt, ...one }: Asked): MadeUp =>
        attempt === 3 ? { ...answers(100_000), sketch: { verdict } } : faster({ attempt, ...one });
      const { result } = await verifying(third);
      expect(result.comparison).toMatchObject({ pairs: 1, verdict: { status: 'fail', exitCode: 4 } });
    });
  });

  it('keeps the run whose reports cannot be written', async () => {
    const full = new MettleError({ code: 'RECORD_UNWRITABLE', message: 'the disk is full', exitCode: 3 });
    const { result } = await verifying(faster, { ports: { writeRunReports: () => Promise.reject(full) } });
    expect(result.failure).toBe(full);
    expect(result.comparison).toMatchObject({ pairs: 0, verdict: { status: 'invalid', exitCode: 3 } });
    expect(result.comparison.runs).toHaveLength(1);
  });
});
