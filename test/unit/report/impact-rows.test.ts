// What a fault did, in the words of the reports: bounds keep their sign, and what cannot be told is no number.

import { describe, expect, it } from 'vitest';
import { type ImpactRecord, noSteadyPhase } from '../../../src/record/impact-schema.ts';
import { runHtml } from '../../../src/report/run-html.ts';
import { runMarkdown } from '../../../src/report/run-markdown.ts';
import { impactRow } from '../../../src/report/impact-rows.ts';
import { realisticRun } from '../../support/run-data.ts';
import { faultIn } from '../../support/timelines.ts';

const impact: ImpactRecord = {
  ...{ detectionMicros: 1_000_000, recoveryMicros: 3_000_000, recoveryAtLeast: false, relapsed: false },
  ...{ deficit: 240, peakErrorRate: 0.5, peakAtMicros: 31_000_000, reason: null },
  budget: [{ promise: 'error_rate < 5%', bad: 120, allowed: 50 }],
};

const row = (changes: Partial<ImpactRecord>) =>
  impactRow({ ...faultIn('cut', 30, 40, 2), impact: { ...impact, ...changes } })[0];

describe('what a fault did', () => {
  it('is told in times, answers and shares', () => {
    expect(row({})).toEqual({
      ...{
        id: 'cut #2',
        detection: 'after 1s',
        recovery: '3s',
        missing: '240',
        peak: '50% at 31s',
        note: '',
      },
      budget: [{ promise: 'error_rate < 5%', spent: '240% of it: 120 bad, 50 allowed' }],
    });
  });

  it('is a lower bound where it was not over', () => {
    const changes = { recoveryMicros: 11_000_000, recoveryAtLeast: true, relapsed: true };
    expect(row(changes)).toMatchObject({ recovery: '≥ 11s, not reached, relapsed', missing: '≥ 240' });
  });

  it('is nothing where nothing showed, and a dash where it cannot be told', () => {
    const none = {
      detectionMicros: null,
      recoveryMicros: 0,
      deficit: 0,
      peakErrorRate: 0,
      peakAtMicros: null,
    };
    expect(row(none)).toMatchObject({ detection: 'never', recovery: '0s', missing: '0', peak: '0%' });
    const open = { detectionMicros: null, recoveryMicros: null, deficit: null, peakErrorRate: null };
    expect(row({ ...open, reason: 'confounded: another' })).toMatchObject({
      ...{ detection: '–', recovery: '–', missing: '–', peak: '–', note: 'confounded: another' },
    });
  });

  it('never showed even where only the deficit cannot be told', () => {
    const unknown = { detectionMicros: null, recoveryMicros: 0, deficit: null };
    expect(row({ ...unknown, reason: noSteadyPhase })).toMatchObject({
      ...{ detection: 'never', missing: '–', note: noSteadyPhase },
    });
    const few = `nothing showed, but 9 samples are too few to tell; ${noSteadyPhase}`;
    expect(row({ ...unknown, reason: few })?.detection).toBe('–');
  });

  it('is no recovery where there is nothing to recover to', () => {
    const data = realisticRun();
    const faults = data.run.faults.map((fault) => ({ ...fault, impact: { ...impact, budget: [] } }));
    const html = runHtml({ ...data, run: { ...data.run, faults } });
    expect(html).toContain('slow-db, after a fault: ');
    expect(html).toMatch(
      /Without steady promises nobody can tell a recovery: [^.]* reaches to the end \([^)]*\)\./,
    );
    expect(html).not.toContain('slow-db, recovery: ');
    const [recovery] = data.run.phases.filter(({ name }) => name.startsWith('recovery:'));
    const phases = [...data.run.phases, { ...recovery, name: 'steady' }] as typeof data.run.phases;
    expect(runHtml({ ...data, run: { ...data.run, faults, phases } })).toMatch(
      /nobody can tell a recovery: [^.]* reaches to the end \([^)]*\) and counts as steady\./,
    );
  });

  it('is no row where it never was in effect, or an earlier version wrote the record', () => {
    expect(impactRow(faultIn('cut', 30, 40))).toEqual([]);
  });

  it('stands in every report that people read', () => {
    const data = realisticRun();
    const faults = data.run.faults.map((fault) => ({
      ...fault,
      impact: { ...impact, recoveryAtLeast: true },
    }));
    const told = { ...data, run: { ...data.run, faults } };
    expect(runMarkdown(told)).toContain('| slow-db | after 1s | ≥ 3s, not reached | ≥ 240 | 50% at 31s |');
    const html = runHtml(told);
    expect(html).toContain('<td>≥ 3s, not reached</td><td>≥ 240</td>');
    expect(html).toContain('Not recovered from: slow-db.');
  });
});
