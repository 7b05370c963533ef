// A stored run held against other promises: what was measured stays, what the promises decide is decided anew.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { Verdict } from '../../../src/record/schema.ts';
import { rejudge } from '../../../src/run/rejudge.ts';
import type { PromiseSpec } from '../../../src/scenario/scenario.ts';
import { noBaselines } from '../../../src/slo/baseline.ts';
import { realisticRun } from '../../support/run-data.ts';

const promises = (...texts: readonly string[]): PromiseSpec[] =>
  texts.map((assert) => ({ assert, severity: 'fail' }));

/** As a run writes it: with what its verdict rests on. */
function stored(options: Parameters<typeof realisticRun>[0] = {}, grounds = {}): RunData {
  const data = realisticRun(options);
  const none = { undoFailed: [], interrupted: null, invalid: [] };
  return { ...data, run: { ...data.run, grounds: { ...none, ...grounds } } };
}

const judged = (data: RunData, slo: readonly PromiseSpec[]) => rejudge(data, slo, noBaselines).run;

describe('a stored run judged by other promises', () => {
  test('twice by the same ones gives the same record', () => {
    const slo = promises('p95(query) < 500ms', 'recovery(slow-db) < 5s', 'error_rate < 20%');
    const once = rejudge(stored({ seconds: 30 }), slo, noBaselines);
    expect(rejudge(once, slo, noBaselines)).toEqual(once);
    expect(once.run.slo.map(({ status }) => status)).not.toContain('invalid');
  });

  test('a harsher one fails, a milder one passes, with the exit code', () => {
    const data = stored({ seconds: 30 });
    const harsh = judged(data, promises('p50(query) < 1ms')).verdict;
    expect(harsh).toMatchObject({ status: 'fail', exitCode: 1 });
    expect(judged(data, promises('p50(query) < 9s')).verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  });

  test('the phase of recovery is that of the new promises', () => {
    const data = stored({ seconds: 40, faultErrorShare: 0.5 });
    const named = (slo: readonly PromiseSpec[]) =>
      judged(data, slo).phases.filter(({ name }) => name === 'recovery:slow-db');
    // Nothing can break the mild one; what breaks during the fault needs a recovery, if only of no length.
    expect(named(promises('p50(query) < 9s'))).toEqual([]);
    const never = named(promises('p50(query) < 1ms'));
    expect(never).toHaveLength(1);
    expect(never[0]?.endMicros).toBe(40_000_000);
  });

  test('what was wrong with the run itself stays wrong', () => {
    const slo = promises('p50(query) < 9s');
    const saturated = judged(stored({}, { invalid: ['the load generator was saturated'] }), slo);
    expect(saturated.verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    const left = judged(stored({}, { undoFailed: ['fault slow-db could not be undone'] }), slo);
    expect(left.verdict).toMatchObject({ status: 'fail', exitCode: 4 });
    const cut = judged(stored({}, { interrupted: 'interrupted before the end of the load' }), slo);
    expect(cut.verdict.status).toBe('interrupted');
    expect(cut.slo.map(({ status }) => status)).toEqual(['not judged']);
  });

  test('the same holds for records that do not keep their grounds apart', () => {
    const { run, slices } = realisticRun();
    const verdict: Verdict = { status: 'invalid', reasons: ['a load thread died: 1'], exitCode: 3 };
    const old = { slices, run: { ...run, verdict } };
    expect(judged(old, promises('p50(query) < 9s')).verdict).toEqual(verdict);
  });

  test('a relative promise without an earlier run is no pass', () => {
    const run = judged(stored(), promises('p50(query) <= +10% vs last_green'));
    expect(run.slo[0]).toMatchObject({ status: 'invalid', limit: null });
    expect(run.verdict.status).toBe('invalid');
  });

  test('notes about the old promises go, others stay', () => {
    const data = stored();
    const kept = { ...data, run: { ...data.run, notes: ['the disk was full'] } };
    expect(judged(kept, promises('p50(query) < 9s')).notes).toContain('the disk was full');
  });
});
