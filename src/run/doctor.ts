// A check-up of this machine as a load generator, and the newest one for the record of a run.

import { cpus } from 'node:os';
import { openStateFolder, stateFolderPath } from '../faults/state-folder.ts';
import { messageOf } from '../kernel/errors.ts';
import { watchCpu } from '../measure/cpu-share.ts';
import type { Doctor } from '../record/doctor-schema.ts';
import { readDoctor, writeDoctor } from '../record/doctor-store.ts';
import type { DoctorKey } from '../record/doctor-store.ts';
import type { Effort } from './doctor-effort.ts';
import { fullEffort, shortEffort } from './doctor-effort.ts';
import { judgeDoctor, otherWork } from './doctor-judge.ts';
import { lookAtMachine } from './doctor-machine.ts';
import { runProbes } from './doctor-probes.ts';
import { environmentOf, mettleVersion } from './environment.ts';

export interface CheckUp {
  readonly doctor: Doctor;
  /** Load threads that died, or a result that could not be kept: for people. */
  readonly problems: readonly string[];
}

const doctorKey = (): DoctorKey => ({
  fingerprint: environmentOf(1, 'none', null, 'verified').fingerprint,
  mettle: mettleVersion,
});

/** The full check-up, kept for later runs. Rejects when its threads cannot be started. */
export const examineMachine = (signal: AbortSignal): Promise<CheckUp> => checkUp(fullEffort, signal);

async function checkUp(effort: Effort, signal: AbortSignal): Promise<CheckUp> {
  const facts = await lookAtMachine();
  const cpuSince = await watchCpu(cpus().length);
  const probes = await runProbes(effort, signal);
  const cpu = await cpuSince();
  const short = effort !== fullEffort;
  const doctor = judgeDoctor({ measuredAt: new Date().toISOString(), short, facts, probes, cpu });
  if (signal.aborted) return { doctor, problems: probes.failures };
  const notKept = await keep(doctor);
  return { doctor, problems: [...probes.failures, ...(notKept === null ? [] : [notKept])] };
}

async function keep(doctor: Doctor): Promise<string | null> {
  try {
    await writeDoctor(await openStateFolder(), doctorKey(), doctor);
    return null;
  } catch (error) {
    return `the result is not kept: ${messageOf(error)}`;
  }
}

/** What a run attaches to its record. */
export interface KnownMachine {
  readonly doctor: Doctor | null;
  /** Why there is none. */
  readonly note: string | null;
}

const freshMs = 7 * 86_400_000;
/** A short check-up of a machine that was busy with other things says little about it tomorrow. */
const busyFreshMs = 3_600_000;

/**
 * The newest check-up of this machine that is not older than a week, else a short one, made now (two to three seconds).
 * `METTLE_DOCTOR=off` makes none. Never rejects: a machine that cannot be examined can still be tested on.
 */
export async function knownMachine(
  signal: AbortSignal,
  say: (line: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<KnownMachine> {
  try {
    const kept = await readDoctor(await openStateFolder(stateFolderPath(environment)), doctorKey());
    if (kept !== null && isFresh(kept, Date.now())) return { doctor: kept, note: null };
    if (environment['METTLE_DOCTOR'] === 'off') return { doctor: null, note: null };
    say('a short check-up of this machine first (`mettle doctor` makes a full one)');
    const { doctor } = await checkUp(shortEffort, signal);
    return signal.aborted ? { doctor: null, note: null } : { doctor, note: null };
  } catch (error) {
    return { doctor: null, note: `this machine could not be examined: ${messageOf(error)}` };
  }
}

/** A moment in the future is a clock that was set back: nothing to rely on. */
export function isFresh({ measuredAt, short, judgements }: Doctor, nowMs: number): boolean {
  const ageMs = nowMs - Date.parse(measuredAt);
  const isBusy = judgements.some(({ name, level }) => name === otherWork && level === 'poor');
  return ageMs >= 0 && ageMs < (short && isBusy ? busyFreshMs : freshMs);
}
