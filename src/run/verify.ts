// Before against after: interleaved pairs of whole runs in balanced random order, judged together.

import { isAborted } from '../kernel/abort.ts';
import { exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import { writableFolder } from '../record/atomic.ts';
import { pairOrder, type Role } from './pair-order.ts';
import { interrupted } from './stage.ts';
import { createCourse } from './verify-course.ts';
import { concludeVerify, decidedAt } from './verify-outcome.ts';
import {
  type Concluded,
  realPorts,
  type VerifyBook,
  type VerifyEnd,
  type VerifyPorts,
  type VerifyRequest,
} from './verify-request.ts';
import { makeRun, type RunMaker } from './verify-runs.ts';

/**
 * Throws what `conduct` throws when not even one run was made. After that everything is kept: Ctrl-C gives the verdict
 * `interrupted`, and what ended the verification before its time comes back as `failure`, beside what was measured.
 */
export async function verify(request: VerifyRequest, ports: VerifyPorts = realPorts): Promise<Concluded> {
  await writableFolder(request.folder);
  const startedAt = new Date().toISOString();
  const book: VerifyBook = { made: [], repeats: [], notes: [...(request.notes ?? [])], attempts: 0 };
  const course = createCourse(request, request.progress, ports.clock);
  const end = await makePairs({ request, ports, course, book }, startedAt);
  const first = book.made[0]?.data.run;
  if (first === undefined) throw interrupted();
  const noise = await ports.noiseOf(first, request.progress);
  return await concludeVerify(request, startedAt, book, end, noise);
}

async function makePairs(maker: RunMaker, startedAt: string): Promise<VerifyEnd> {
  const { request, book } = maker;
  const { looks } = request.design;
  for (const [index, first] of pairOrder(looks, request.seed).entries()) {
    const pair = index + 1;
    const roles: Role[] = first === 'before' ? ['before', 'after'] : ['after', 'before'];
    for (const role of roles) {
      const end = await attempt(maker, pair, role);
      if (end !== null) return end;
    }
    if (!looks.slice(0, -1).includes(pair)) continue;
    if (decidedAt(request, startedAt, book)) return { kind: 'decided' };
    request.progress(
      `a look after ${pair} pairs: undecided, so there will be ${looks.at(-1) ?? pair} of them`,
    );
  }
  return { kind: 'complete' };
}

/** What a run ends the verification with; null: nothing. Throws only while there is nothing to keep. */
async function attempt(maker: RunMaker, pair: number, role: Role): Promise<VerifyEnd | null> {
  const { request, book } = maker;
  try {
    return await makeRun(maker, pair, role);
  } catch (error) {
    if (book.made.length === 0) throw error;
    const leftBehind = error instanceof MettleError && error.exitCode === exitCodes.undoFailed;
    if (isAborted(request.signal) && !leftBehind) return { kind: 'interrupted' };
    return { kind: 'failed', error: error instanceof Error ? error : new Error(messageOf(error)) };
  }
}
