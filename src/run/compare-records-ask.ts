// What stored runs are asked: the primary metric, the promises they had, the claims; and how strictly they are judged.

import type { Claim } from '../compare/claims.ts';
import type { ComparisonInput } from '../compare/compare.ts';
import type { Comparison } from '../compare/schema.ts';
import type { MettleError } from '../kernel/errors.ts';
import type { RunData } from '../record/data.ts';
import type { RunRecord } from '../record/schema.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { directionOf, withoutDirection } from '../slo/direction.ts';
import type { SyntaxProblem } from '../slo/expression.ts';
import { promiseFrom } from '../slo/gates.ts';
import { parseMeasure } from '../slo/parse.ts';
import { checkReferences } from '../slo/references.ts';
import type { ReadPair } from './compare-records-read.ts';
import { refusal } from './compare-records-refusal.ts';
import { namesIn } from './rejudge.ts';

export interface Question {
  /** Text of a measure, instead of the scenario's. */
  readonly primary?: string | undefined;
  /** For its claims and its primary metric; default: what the records have. */
  readonly scenario?: Pick<Scenario, 'name' | 'hash' | 'primary' | 'claims'> | undefined;
}

type Asked = Pick<ComparisonInput, 'primary' | 'promises' | 'claims'>;

/** `made`: the verification that is judged again, which holds its claims. Throws COMPARE_USAGE (exit code 2). */
export function whatIsAsked(
  question: Question,
  pairs: readonly ReadPair[],
  made: Comparison | null,
): Asked & Required<Pick<ComparisonInput, 'differences' | 'notes'>> {
  const runs = pairs.flatMap(({ before, after }) => [after.data.run, before.data.run]);
  const own = question.scenario?.primary ?? runs[0]?.primary ?? null;
  const promises = promisesOf(runs);
  const claims: readonly Claim[] = question.scenario?.claims ?? made?.claims.map(claimOf) ?? [];
  const differences = runs[0] === undefined ? [] : otherScenario(question, runs[0]);
  const { primary } = question;
  if (primary === undefined) return { primary: own, promises, claims, differences, notes: [] };
  const [first] = pairs;
  if (first !== undefined) checkPrimary(primary, first.after.data, promises);
  const notes = [`\`${primary}\` was made the primary metric on the command line, not by the scenario`];
  return { primary, promises, claims, differences, notes };
}

const claimOf = ({ id, says, metric, expect, documented, because }: Claim): Claim => ({
  ...{ id, says, metric, expect, documented, because },
});

/** Of runs that are comparable all have the same. */
function promisesOf(runs: readonly RunRecord[]): Asked['promises'] {
  const all = runs.flatMap(({ slo }) => slo).map(({ text, severity }) => ({ assert: text, severity }));
  const known = new Map(all.map((promise) => [`${promise.severity} ${promise.assert}`, promise]));
  return [...known.values()];
}

function otherScenario({ scenario }: Question, { id, scenario: { hash } }: RunRecord): string[] {
  return scenario === undefined || scenario.hash === hash
    ? []
    : [`another scenario: ${scenario.hash.slice(0, 12)}… (its file) and ${hash.slice(0, 12)}… (${id})`];
}

function checkPrimary(text: string, data: RunData, promises: Asked['promises']): void {
  const parsed = parseMeasure(text);
  if (!parsed.ok) throw unfit(text, parsed.problem);
  const unknown = checkReferences(parsed.value, parsed.positions, namesIn(data));
  if (unknown !== null) throw unfit(text, unknown);
  const promised = promises.map(({ assert }) => promiseFrom(assert));
  if (directionOf(parsed.value, promised) === null)
    throw unfit(text, { message: withoutDirection(parsed.value), suggestion: null });
}

const unfit = (text: string, problem: Pick<SyntaxProblem, 'message' | 'suggestion'>): MettleError =>
  refusal(`--primary ${text}: ${problem.message}`, problem.suggestion ?? undefined);
