// A target that is killed in the middle: what Mettle says of its outage against what the target's own log says. And what
// never passes, whatever its promises say: a series that never ran, a generator that was held up.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRecord } from '../../src/record/schema.ts';
import {
  lastRecord,
  openWorkspace,
  readRun,
  recordFolders,
  runMeasured,
  type Workspace,
} from '../support/cli.ts';
import { writeScenario, writeTarget } from '../support/short-scenarios.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(() => workspace.close());

const second = 1_000_000;
/** A window, and a little for two clocks of which one tells milliseconds. */
const within = 1.25 * second;
const ratePerSecond = 50;
/** Runs of half a minute, repeated where the machine was too busy to measure. */
const patient = { timeout: 240_000 };

interface Outage {
  readonly stoppedAtMicros: number;
  readonly againAtMicros: number;
}

function targetLog(): string {
  const file = join(recordFolders(workspace).at(-1) ?? '', 'target.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The longest time without a good answer, in the log of the target; from the first answer, which the load began with. */
function outageInLog(): Outage {
  const answers = [...targetLog().matchAll(/^work (\d+) (\d+)$/gm)].map(([, status, atMs]) => ({
    good: status === '200',
    atMicros: Number(atMs) * 1_000,
  }));
  const begunAtMicros = answers[0]?.atMicros ?? NaN;
  const good = answers.filter((answer) => answer.good).map(({ atMicros }) => atMicros - begunAtMicros);
  const gaps = good.slice(1).map((againAtMicros, index) => ({
    ...{ stoppedAtMicros: good[index] ?? NaN, againAtMicros },
  }));
  return gaps.reduce((longest, gap) => (lengthOf(gap) > lengthOf(longest) ? gap : longest));
}

const lengthOf = ({ stoppedAtMicros, againAtMicros }: Outage): number => againAtMicros - stoppedAtMicros;

/** As Mettle tells it. */
function outageInRecord({ effectAtMicros, clearedAtMicros, impact }: FaultRecord): Outage {
  return {
    stoppedAtMicros: (effectAtMicros ?? NaN) + (impact?.detectionMicros ?? NaN),
    againAtMicros: (clearedAtMicros ?? NaN) + (impact?.recoveryMicros ?? NaN),
  };
}

/** By its own promises, from what is stored: the same phases, the same impact of the fault, the same verdict. */
async function isJudgedTheSameAgain(record: string, scenario: string): Promise<void> {
  const folder = join(workspace.folder, 'again');
  const result = await workspace.run(['report', record, '--judge', scenario, '--out', folder]);
  expect(result.exitCode, result.stdout + result.stderr).toBe(0);
  const [first, again] = [readRun(record), readRun(folder)];
  expect(again.phases).toEqual(first.phases);
  expect(again.faults).toEqual(first.faults);
  expect(again.slo).toEqual(first.slo);
  expect(again.verdict).toEqual(first.verdict);
  expect(first.phases.map(({ name }) => name)).toContain('fault:gone');
}

describe('a target that is killed for 5 s', () => {
  const gone = { id: 'gone', at: '7s', for: '5s', on: 'target', fault: 'kill', inject: 'always' };

  it.each([
    ['answers at once when it is back', 0],
    ['is of no use for a while when it is back', 2_500],
  ])('and %s: its outage is what its own log says', patient, async (_says, worksAfterMs) => {
    const env = { LOGS_WORK: 'yes', WORKS_AFTER_MS: String(worksAfterMs) };
    const path = await writeScenario(workspace, {
      target: await writeTarget(workspace, { variants: { only: env } }),
      ...{ rate: `${ratePerSecond}/s`, for: '25s', chaos: [gone], more: ['warmup: 4s'] },
      slo: [
        'error_rate(work) < 5% during steady',
        'detection(gone) < 3s',
        'recovery(gone) < 6s',
        'deficit(gone) < 1000',
      ],
    });
    const result = await runMeasured(workspace, [path]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(0);
    const [fault] = lastRecord(workspace).faults;
    if (fault?.impact === undefined) throw new Error('the record tells nothing of the fault');
    const [log, told] = [outageInLog(), outageInRecord(fault)];
    expect(lengthOf(log)).toBeGreaterThan(5 * second);
    expect(Math.abs(told.stoppedAtMicros - log.stoppedAtMicros)).toBeLessThanOrEqual(within);
    expect(Math.abs(told.againAtMicros - log.againAtMicros)).toBeLessThanOrEqual(within);
    const { impact } = fault;
    expect(impact).toMatchObject({ recoveryAtLeast: false, relapsed: false, peakErrorRate: 1, reason: null });
    if (worksAfterMs > 0) expect(impact.recoveryMicros).toBeGreaterThan(second);
    // What its log has no answer for is what is missing.
    const missing = (lengthOf(log) / second) * ratePerSecond;
    expect(Math.abs((impact.deficit ?? NaN) - missing)).toBeLessThanOrEqual(ratePerSecond * 1.25);
    expect(impact.budget).toHaveLength(1);
    expect(impact.budget[0]?.bad).toBeGreaterThan(missing - 1.25 * ratePerSecond);
    const record = recordFolders(workspace).at(-1) ?? '';
    expect(readFileSync(join(record, 'summary.md'), 'utf8')).toContain('What the faults did');
    await isJudgedTheSameAgain(record, path);
  });

  it(
    'and does not come back in time is not recovered from: a lower bound, which fails',
    patient,
    async () => {
      const env = { LOGS_WORK: 'yes', WORKS_AFTER_MS: '3000' };
      const path = await writeScenario(workspace, {
        target: await writeTarget(workspace, { variants: { only: env } }),
        ...{ rate: `${ratePerSecond}/s`, for: '10s', chaos: [{ ...gone, at: '5s', for: '2s' }] },
        ...{ more: ['warmup: 4s'], slo: ['error_rate(work) < 50% during steady', 'recovery(gone) < 60s'] },
      });
      const result = await runMeasured(workspace, [path]);
      expect(result.exitCode, result.stdout + result.stderr).toBe(1);
      const { faults, slo } = lastRecord(workspace);
      expect(slo[1]).toMatchObject({ status: 'fail', atLeast: true });
      expect(faults[0]?.impact).toMatchObject({ recoveryAtLeast: true });
      expect(result.stdout).toMatch(/recovery\(gone\) is ≥ /);
    },
  );
});

describe('never passes', () => {
  it('a promise about a series that never ran', async () => {
    const target = await writeTarget(workspace);
    const steps = [
      { http: 'GET /nowhere', name: 'first', expect: { status: 200 } },
      { http: 'GET /work', name: 'second' },
    ];
    const file = await workspace.file(
      'never.yml',
      [
        'name: never',
        `target: ${JSON.stringify(target)}`,
        `flows: ${JSON.stringify({ both: { steps } })}`,
        'load: [{ flow: both, arrivals: [{ rate: 30/s, for: 2s }] }]',
        'slo: [ "error_rate(second) < 5%", "achieved(first) >= 99%" ]',
        '',
      ].join('\n'),
    );
    const result = await runMeasured(workspace, [file]);
    expect(result.exitCode, result.stdout + result.stderr).toBe(3);
    const { slo, verdict } = lastRecord(workspace);
    expect(slo[0]).toMatchObject({ status: 'invalid', value: null });
    expect(slo[0]?.reason).toContain('no data');
    expect(verdict.status).toBe('invalid');
  });

  it('a run whose generator was held up, whatever its promises say', async () => {
    const path = await writeScenario(workspace, {
      target: await writeTarget(workspace, { variants: { only: { LOGS_WORK: 'yes' } } }),
      ...{ rate: '50/s', for: '6s', slo: ['p50(work) < 60s', 'error_rate(work) < 100%'] },
    });
    const mettle = workspace.start(['run', path]);
    await mettle.until('the load has begun', () => targetLog().split('work 200').length > 50);
    mettle.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    mettle.kill('SIGCONT');
    const { exitCode, stdout, stderr } = await mettle.ended;
    expect(exitCode, stdout + stderr).toBe(3);
    const { health, verdict } = lastRecord(workspace);
    expect(health.level).toBe('saturated');
    expect(verdict.status).toBe('invalid');
    expect(verdict.reasons.join('\n')).toContain('the load generator was saturated');
  });
});
