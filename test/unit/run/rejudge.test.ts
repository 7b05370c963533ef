// A stored run held against other promises: what was measured stays, what the promises decide is decided anew.

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../src/record/data.ts';
import type { Verdict } from '../../../src/record/schema.ts';
import { namesIn, rejudge } from '../../../src/run/rejudge.ts';
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

describe('what other promises cannot make good', () => {
  const mild = 'p50(query) < 9s';

  /** Held back by a promise of the run itself: it never took effect. */
  function heldBack(by: string): RunData {
    const data = stored();
    const faults = data.run.faults.map((fault) => ({
      ...fault,
      ...({ status: 'not injected', effectAtMicros: null, clearedAtMicros: null, heldBackBy: by } as const),
    }));
    return { ...data, run: { ...data.run, faults } };
  }

  test('a fault that was held back by a promise nobody asks for any more: nothing was tested', () => {
    const { verdict } = judged(heldBack('p95(query) < 1ms'), promises(mild));
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(verdict.reasons).toContain(
      "fault slow-db was held back by the run's own promise p95(query) < 1ms",
    );
  });

  test('the same one as a mere warning holds nothing back, and tests nothing either', () => {
    const { verdict } = judged(heldBack(mild), [{ assert: mild, severity: 'warn' }]);
    expect(verdict).toMatchObject({ status: 'invalid', exitCode: 3 });
  });

  test('of one that is asked for again nothing more is said than before', () => {
    const { verdict } = judged(heldBack(mild), promises(mild));
    expect(verdict.reasons.join()).not.toContain("the run's own promise");
  });

  /** The generator began its work so late, and did nothing else wrong. */
  function lagging(lagMicros: number): RunData {
    const data = stored({ seconds: 30 });
    const measures = data.run.health.measures.map((measure) =>
      measure.name === 'schedule lag p99' ? { ...measure, value: lagMicros } : measure,
    );
    return { ...data, run: { ...data.run, health: { ...data.run.health, measures } } };
  }

  test('a generator too late for promises that are tighter than those of the run', () => {
    // A tenth of 300 ms is 30 ms, of 900 ms 90 ms.
    const tight = judged(lagging(50_000), promises('p50(query) < 300ms')).verdict;
    expect(tight).toMatchObject({ status: 'invalid', exitCode: 3 });
    expect(tight.reasons).toContain(
      'the load generator was saturated: schedule lag p99 50ms, these promises allow 30ms',
    );
    expect(judged(lagging(50_000), promises('p50(query) < 900ms')).verdict.status).toBe('pass');
    // How long a fault or a link took is nothing that late starts could change.
    const slow = judged(lagging(50_000), promises('p50(query) < 900ms', 'recovery(slow-db) < 29s'));
    expect(slow.verdict.status).toBe('pass');
    expect(judged(lagging(19_000), promises('p50(query) < 100ms')).verdict.reasons.join()).not.toContain(
      'lag',
    );
  });
});

describe('what promises about a record can name', () => {
  test('links are those that faults were put on, also where nothing of one was observed', () => {
    const { run, slices } = stored();
    const [fault] = run.faults;
    const on = (id: string, kind: string, name: string) => ({
      ...fault!,
      id,
      kind,
      on: name,
      observation: null,
    });
    const faults = [
      ...[
        on('slow', 'latency', 'postgres'),
        on('cut', 'down', 'clients'),
        on('slower', 'latency', 'postgres'),
      ],
      ...[on('dead', 'kill', 'target'), on('gone', 'stop', 'service:db')],
    ];
    expect(namesIn({ run: { ...run, faults }, slices }).links).toEqual([
      { name: 'postgres', faults: ['slow', 'slower'] },
      { name: 'clients', faults: ['cut'] },
    ]);
  });

  test('a series that only a part of the load gives due times says so', () => {
    const { run, slices } = stored();
    const series = run.series.map((one) => (one.name === 'query' ? { ...one, isMixed: true } : one));
    const mixed = namesIn({ run: { ...run, series }, slices }).series.filter(({ isMixed }) => isMixed);
    expect(mixed.map(({ name }) => name)).toEqual(['query']);
  });

  test('a series is of HTTP where an answer began, and may be where nothing was ever good', () => {
    const { run } = stored();
    const [one] = run.series;
    const latency = { p50: 1, p95: 1, p99: 1, max: 1, mean: 1, atLeast: [] };
    const series = [
      { ...one!, name: 'answered', offered: 5, observedMicros: { firstByte: latency } },
      { ...one!, name: 'socket', offered: 5, observedMicros: {} },
      { ...one!, name: 'dead', offered: 5, ok: 0, observedMicros: {} },
      { ...one!, name: 'never', offered: 0, ok: 0, observedMicros: {} },
    ];
    const names = namesIn({ run: { ...run, series }, slices: [] }).series;
    expect(names.filter(({ isHttp }) => isHttp).map(({ name }) => name)).toEqual([
      ...['answered', 'dead', 'never'],
    ]);
  });
});

test('a run without any promise may pass, and says that nothing was held against it', () => {
  const none = rejudge(stored(), [], noBaselines);
  expect(none.run.verdict.status).toBe('pass');
  const told = none.run.notes.filter((note) => note.startsWith('there are no promises'));
  expect(told).toHaveLength(1);
  expect(rejudge(none, [], noBaselines).run.notes).toEqual(none.run.notes);
  expect(judged(none, promises('p50(query) < 9s')).notes).not.toContain(told[0]);
});
