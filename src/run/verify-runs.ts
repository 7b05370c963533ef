// One run of a pair: made, made again when the generator or the machine was at fault, and kept whatever became of it.

import { join } from 'node:path';
import { unreliableRuns } from '../compare/judgement.ts';
import { isAborted } from '../kernel/abort.ts';
import { sleep } from '../kernel/clock.ts';
import { exitCodes, messageOf } from '../kernel/errors.ts';
import { quoted } from '../kernel/shell-word.ts';
import type { RunData } from '../record/data.ts';
import { isEnvironmental } from './environmental.ts';
import { runId } from './identity.ts';
import { pairSeed, type Role } from './pair-order.ts';
import { interrupted } from './stage.ts';
import type { Course } from './verify-course.ts';
import type { MadeRun, VerifyBook, VerifyEnd, VerifyPorts, VerifyRequest } from './verify-request.ts';

/** How often a run is made again before the comparison is given up. */
const repeatsPerRun = 2;

export interface RunMaker {
  readonly request: VerifyRequest;
  readonly ports: VerifyPorts;
  readonly course: Course;
  readonly book: VerifyBook;
}

/**
 * Adds the run that counts to the book. Returns what ends the verification with it; null: it goes on. Throws what
 * `conduct` throws, and INTERRUPTED.
 */
export async function makeRun(maker: RunMaker, pair: number, role: Role): Promise<VerifyEnd | null> {
  const { request, course, book } = maker;
  const plannedMicros = request.scenario.durationMicros;
  const place = { pair, role, variant: request.variants[role], plannedMicros };
  for (let attempt = 1; ; attempt += 1) {
    await coolDown(maker);
    const shown = course.begin(place);
    const run = await oneRun(maker, pair, role, shown);
    course.end(place, run.data);
    const again = isEnvironmental(run.data.run) && attempt <= repeatsPerRun && !isAborted(request.signal);
    // Before anything else can fail: what it left behind must be known.
    if (!again) book.made.push(run);
    await writeReports(maker, run);
    if (!again) return endWith(run);
    const { id, variant, folder, reasons } = run.entry;
    book.repeats.push({ id, pair, variant, role, folder, reasons });
    course.again(place, reasons[0] ?? 'it was invalid');
  }
}

/** Throws INTERRUPTED when that comes meanwhile. */
async function coolDown({ request, ports, book }: RunMaker): Promise<void> {
  if (isAborted(request.signal)) throw interrupted();
  if (book.attempts === 0 || request.coolDownMicros === 0) return;
  await sleep(ports.clock, request.coolDownMicros, request.signal);
  if (isAborted(request.signal)) throw interrupted();
}

async function oneRun(
  { request, ports, book }: RunMaker,
  pair: number,
  role: Role,
  place: ReturnType<Course['begin']>,
): Promise<MadeRun> {
  const { scenario, variants } = request;
  const variant = variants[role];
  const id = runId(new Date(), scenario.name, variant);
  const folder = join('runs', id);
  const seed = pairSeed(request.seed, pair);
  const command = commandOf(request, role, seed);
  book.attempts += 1;
  let data: RunData;
  try {
    data = await ports.conduct({
      ...request,
      ...{ place, variant, seed, id, command },
      folder: join(request.folder, folder),
    });
  } catch (error) {
    book.notes.push(`pair ${pair}, ${role}: ${folder} is no whole run: ${messageOf(error)}`);
    throw error;
  }
  const { status, reasons } = data.run.verdict;
  const position = book.made.length + 1;
  return { entry: { id, pair, variant, role, position, seed, folder, verdict: status, reasons }, data };
}

async function writeReports({ request, ports, book }: RunMaker, { entry, data }: MadeRun): Promise<void> {
  const { pair, role, folder } = entry;
  try {
    await ports.writeRunReports(join(request.folder, folder), data);
  } catch (error) {
    book.notes.push(`pair ${pair}, ${role}: ${folder} has no whole report: ${messageOf(error)}`);
    throw error;
  }
}

function commandOf(
  { scenario, variants, variantFlags, repeatFlags }: VerifyRequest,
  role: Role,
  seed: number,
) {
  const file = scenario.file === null ? '' : ` ${quoted(scenario.file)}`;
  const where = variantFlags?.[role] ?? ` --variant ${quoted(variants[role])}`;
  return `mettle run${file}${where} --seed ${seed}${repeatFlags}`;
}

/** What cannot count is not measured on, and nothing is measured on top of what was left behind. */
function endWith({ data, entry }: MadeRun): VerifyEnd | null {
  if (data.run.verdict.exitCode === exitCodes.undoFailed) return { kind: 'left behind' };
  if (data.run.verdict.status === 'interrupted') return { kind: 'interrupted' };
  const reasons = [...new Set(unreliableRuns([{ pair: entry.pair, before: data, after: data }]))];
  return reasons.length === 0 ? null : { kind: 'invalid', reasons };
}
