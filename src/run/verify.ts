// Before against after: interleaved pairs of whole runs in balanced random order, judged together.

import { isAborted } from '../kernel/abort.ts';
import { systemClock } from '../kernel/clock.ts';
import { join } from 'node:path';
import { compareRuns } from '../compare/compare.ts';
import { fixedDesign } from '../compare/design.ts';
import type { Comparison, ComparisonRun } from '../compare/schema.ts';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import { conduct } from './conduct.ts';
import type { KnownMachine } from './doctor.ts';
import { undoFailures } from './fault-records.ts';
import { runId } from './identity.ts';
import { keepComparison } from './keep-comparison.ts';
import type { RunPlace } from './live-view.ts';
import { pairOrder, pairSeed, type Role } from './pair-order.ts';
import type { ProgressOutput } from './progress.ts';
import { writeRunReports } from './reports.ts';
import type { Stage } from './stage.ts';
import { type Course, createCourse } from './verify-course.ts';

export interface VerifyRequest extends ProgressOutput {
  readonly stage: Stage;
  readonly scenario: Scenario;
  readonly target: TargetSpec;
  readonly variants: { readonly before: string; readonly after: string };
  readonly pairs: number;
  readonly seed: number;
  readonly id: string;
  /** Folder of the comparison; the runs get folders inside it. */
  readonly folder: string;
  readonly command: string;
  readonly repeatFlags: string;
  readonly threads: number;
  /** What is known of this machine; default: nothing. */
  readonly machine?: KnownMachine;
  readonly signal: AbortSignal;
  readonly killFile?: string;
}

export interface Verified {
  readonly comparison: Comparison;
  readonly reportPath: string;
}

interface MadeRun {
  readonly entry: ComparisonRun;
  readonly data: RunData;
}

const repeatsPerRun = 2;

/** Throws what `conduct` throws; Ctrl-C keeps what was measured and gives the verdict `interrupted`. */
export async function verify(request: VerifyRequest): Promise<Verified> {
  await writableFolder(request.folder);
  const startedAt = new Date().toISOString();
  const made: MadeRun[] = [];
  const course = createCourse(request.pairs, request.progress, systemClock);
  const order = pairOrder(request.pairs, request.seed);
  for (const [index, first] of order.entries()) {
    const roles: Role[] = first === 'before' ? ['before', 'after'] : ['after', 'before'];
    for (const role of roles) {
      if (request.signal.aborted) break;
      try {
        await makeRun(request, index + 1, role, made, course);
      } catch (error) {
        // Ctrl-C while a variant was starting: what was measured before is kept.
        if (!isAborted(request.signal) || made.length === 0) throw error;
      }
    }
  }
  return await conclude(request, startedAt, made);
}

/** One run of a pair; one that is invalid through no fault of the target is repeated. Every attempt is kept on disk. */
async function makeRun(
  request: VerifyRequest,
  pair: number,
  role: Role,
  made: MadeRun[],
  course: Course,
): Promise<void> {
  const plannedMicros = request.scenario.durationMicros;
  const place = { pair, role, variant: request.variants[role], plannedMicros };
  for (let attempt = 0; attempt <= repeatsPerRun; attempt += 1) {
    const run = await oneRun(request, pair, role, made.length + 1, course.begin(place));
    course.end(place, run.data);
    const repeat = isEnvironmental(run.data.run) && attempt < repeatsPerRun && !request.signal.aborted;
    if (!repeat) {
      made.push(run);
      return;
    }
    course.again(place, run.data.run.verdict.reasons[0] ?? 'it was invalid');
  }
}

async function oneRun(
  request: VerifyRequest,
  pair: number,
  role: Role,
  position: number,
  place: RunPlace,
): Promise<MadeRun> {
  const { scenario, variants } = request;
  const variant = variants[role];
  const id = runId(new Date(), scenario.name, variant);
  const folder = join('runs', id);
  const seed = pairSeed(request.seed, pair);
  const file = scenario.file === null ? '' : ` ${scenario.file}`;
  const data = await conduct({
    ...request,
    place,
    variant,
    seed,
    id,
    folder: join(request.folder, folder),
    command: `mettle run${file} --variant ${variant} --seed ${seed}${request.repeatFlags}`,
  });
  await writeRunReports(join(request.folder, folder), data);
  const { verdict } = data.run;
  const entry = {
    id,
    pair,
    variant,
    role,
    position,
    seed,
    folder,
    verdict: verdict.status,
    reasons: verdict.reasons,
  };
  return { entry, data };
}

/** The generator or the machine was at fault, not the target. */
function isEnvironmental(run: RunRecord): boolean {
  const unfaithful = run.faults.some((fault) => fault.fidelity.some((check) => check.status === 'outside'));
  return run.verdict.status === 'invalid' && (run.health.level === 'saturated' || unfaithful);
}

async function conclude(
  request: VerifyRequest,
  startedAt: string,
  made: readonly MadeRun[],
): Promise<Verified> {
  const { scenario, target, variants, seed, id, command, folder } = request;
  const first = made[0];
  if (first === undefined) {
    throw new MettleError({ code: 'INTERRUPTED', message: 'interrupted', exitCode: exitCodes.interrupted });
  }
  const pairs = Array.from({ length: request.pairs }, (_, index) => index + 1).flatMap((pair) => {
    const before = made.find((run) => run.entry.pair === pair && run.entry.role === 'before');
    const after = made.find((run) => run.entry.pair === pair && run.entry.role === 'after');
    return before === undefined || after === undefined
      ? []
      : [{ pair, before: before.data, after: after.data }];
  });
  const comparison = compareRuns({
    id,
    scenario: { name: scenario.name, file: scenario.file, hash: scenario.hash },
    target: target.name,
    variants,
    design: fixedDesign(request.pairs),
    pairs,
    runs: made.map((run) => run.entry),
    seed,
    startedAt,
    finishedAt: new Date().toISOString(),
    command,
    primary: scenario.primary,
    promises: scenario.slo,
    claims: scenario.claims,
    interrupted: request.signal.aborted,
    undoFailed: made.flatMap(({ data }) => undoFailures(data.run.faults)),
  });
  return { comparison, reportPath: await keepComparison(folder, comparison) };
}
