// From the runs of a verification to its comparison, whatever ended it.

import { compareRuns } from '../compare/compare.ts';
import { undecided, undoFailures as undoneIn } from '../compare/judgement.ts';
import type { ComparedPair } from '../compare/pair-values.ts';
import type { Comparison } from '../compare/schema.ts';
import { type ExitCode, exitCodes, messageOf, MettleError } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { Noise } from '../record/noise-schema.ts';
import type { RunRecord } from '../record/schema.ts';
import { brokenAlone, withBroken } from './compare-records-alone.ts';
import { verdictFirst } from './end-first.ts';
import { undoFailures } from './fault-records.ts';
import { keepComparison, withFailure } from './keep-comparison.ts';
import { undoFirst } from './left-behind.ts';
import type { Role } from './pair-order.ts';
import type { Concluded, VerifyBook, VerifyEnd, VerifyRequest } from './verify-request.ts';

/** A look between: is there nothing left to ask more pairs for? */
export const decidedAt = (request: VerifyRequest, startedAt: string, book: VerifyBook): boolean =>
  !undecided(compareMade(request, startedAt, book, { kind: 'complete' }));

/** Writes the comparison, whose runs are on disk already. */
export async function concludeVerify(
  request: VerifyRequest,
  startedAt: string,
  book: VerifyBook,
  end: VerifyEnd,
  noise: Noise | null,
): Promise<Concluded> {
  for (const note of endNotes(end, completePairs(book).length)) request.progress(note);
  const failure = end.kind === 'failed' ? asError(undoFirst(leftBehind(book), end.error)) : null;
  const judged = compareMade(request, startedAt, book, end, noise);
  const comparison = failure === null ? judged : failedBy(judged, failure);
  const reportPath = await keepComparison(request.folder, comparison).catch((why: unknown) => {
    // That the comparison cannot be written must not hide what ended it.
    throw failure ?? verdictFirst(judged.verdict, undoFirst(leftBehind(book), why));
  });
  return { comparison, reportPath, pairs: completePairs(book), failure };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(messageOf(error)));

/** Of any run that was made, also of one without a partner. */
const leftBehind = (book: VerifyBook): string[] => [
  ...new Set([
    ...book.made.flatMap(({ data }) => undoFailures(data.run.faults)),
    ...undoneIn(book.made.map(({ entry, data }) => ({ pair: entry.pair, before: data, after: data }))),
  ]),
];

function failedBy(comparison: Comparison, error: unknown): Comparison {
  const exitCode: ExitCode = error instanceof MettleError ? error.exitCode : exitCodes.invalid;
  return withFailure(comparison, messageOf(error), exitCode);
}

function completePairs({ made }: VerifyBook): ComparedPair[] {
  const last = Math.max(0, ...made.map(({ entry }) => entry.pair));
  return Array.from({ length: last }, (_, index) => index + 1).flatMap((pair) => {
    const [before, after] = (['before', 'after'] as const).map((role) =>
      made.find(({ entry }) => entry.pair === pair && entry.role === role),
    );
    return before === undefined || after === undefined
      ? []
      : [{ pair, before: before.data, after: after.data }];
  });
}

/** Runs in no pair that is compared. A broken promise of one counts: else the drawn order would decide the verdict. */
function aloneIn(book: VerifyBook, role: Role): RunRecord[] {
  const isWhole = ({ run }: RunData): boolean => run.verdict.status !== 'interrupted';
  const compared = new Set(
    completePairs(book)
      .filter(({ before, after }) => isWhole(before) && isWhole(after))
      .map((pair) => pair[role]),
  );
  return book.made
    .filter(({ entry, data }) => entry.role === role && isWhole(data) && !compared.has(data))
    .map(({ data }) => data.run);
}

function compareMade(
  request: VerifyRequest,
  startedAt: string,
  book: VerifyBook,
  end: VerifyEnd,
  noise: Noise | null = null,
): Comparison {
  const { scenario, target, variants, design, seed, id, command, signal } = request;
  const pairs = completePairs(book);
  const alone = { before: aloneIn(book, 'before'), after: aloneIn(book, 'after') };
  const notes = [...endNotes(end, pairs.length), ...book.notes];
  const compared = compareRuns({
    ...{ id, variants, design, pairs, alone, seed, startedAt, command, notes, noise },
    scenario: { name: scenario.name, file: scenario.file, hash: scenario.hash },
    target: target.name,
    runs: book.made.map((run) => run.entry),
    repeats: book.repeats,
    finishedAt: new Date().toISOString(),
    primary: scenario.primary,
    promises: scenario.slo,
    claims: scenario.claims,
    claimed: request.claimed ?? [],
    interrupted: end.kind === 'interrupted' || signal.aborted,
    undoFailed: leftBehind(book),
    invalid: end.kind === 'invalid' ? end.reasons : [],
  });
  return withBroken(compared, brokenAlone(alone.after));
}

function endNotes(end: VerifyEnd, pairs: number): string[] {
  switch (end.kind) {
    case 'decided':
      return [`ended at the first of two looks, after ${pairs} pairs: more of them would decide nothing`];
    case 'invalid':
      return ['ended at a run that cannot count: more runs would change nothing'];
    case 'left behind':
      return ['ended at a run that left something behind: nothing is measured on top of that'];
    default:
      return [];
  }
}
