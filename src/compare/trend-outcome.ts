// What the changes of one metric come to, in one word and one sentence.

import { fewestOfLevel, fewestRuns } from './trend-levels.ts';
import type { TrendChange, TrendMetric } from './trend-schema.ts';
import { effectText } from './words.ts';

type Outcome = Pick<TrendMetric, 'outcome' | 'reason'>;

const commitText = (run: TrendMetric['runs'][number] | undefined): string => {
  if (run === undefined) return 'an unknown run';
  if (run.commit === null) return `${run.id} (commit not known)`;
  return `${run.id} (${run.commit.sha.slice(0, 10)}${run.commit.dirty ? ', with changes of its own' : ''})`;
};

/** `between 2026… (3f2a01b9cd) and 2026… (77ab01b9cd)` */
function betweenText({ runs }: Pick<TrendMetric, 'runs'>, { index }: Pick<TrendChange, 'index'>): string {
  const [last, first] = [runs[index - 1], runs[index]];
  const same =
    last?.commit?.sha !== undefined &&
    last.commit.sha === first?.commit?.sha &&
    !last.commit.dirty &&
    !first.commit.dirty;
  return `between ${commitText(last)} and ${commitText(first)}${same ? ': the same commit, so it is not the code alone' : ''}`;
}

/** `+18.2 % between …`; judged against an earlier level it says so. */
export function changeText(
  metric: Pick<TrendMetric, 'runs' | 'scale' | 'unit'>,
  change: TrendChange,
  position: number,
): string {
  const own = effectText(change.shift, metric);
  const sum =
    change.against === position
      ? ''
      : ` (${effectText(change.judgedShift, metric)} with the changes before it)`;
  return `${own}${sum} ${betweenText(metric, change)}`;
}

/** Why nothing can be said; null: something can. */
function unknown({ runs, leftOut }: TrendMetric): Outcome | null {
  const out = leftOut.unfit + leftOut.withoutValue;
  const left = out === 0 ? '' : `, ${out} left out`;
  if (runs.length < fewestRuns)
    return {
      outcome: 'too few runs',
      reason: `${runs.length} runs${left}: at least ${fewestRuns} are needed`,
    };
  if (leftOut.sinceLast < fewestOfLevel) return null;
  const why = leftOut.examples.at(-1) ?? '';
  return { outcome: 'not told', reason: `the last ${leftOut.sinceLast} runs have no value (${why})` };
}

/** A regression that stands is told even where the newest runs say nothing. */
export function metricOutcome(metric: TrendMetric): Outcome {
  const standing = metric.changes.flatMap((change, index) => (change.stands ? [{ change, index }] : []));
  const open = standing.filter(({ change }) => change.suppressed === null);
  const text = (of: typeof standing): string =>
    of.map(({ change, index }) => changeText(metric, change, index)).join('; ');
  if (open.length > 0) return { outcome: 'regressed', reason: text(open) };
  const nothing = unknown(metric);
  if (nothing !== null) return nothing;
  const last = metric.changes.findLast(({ outcome }) => outcome !== 'within tolerance');
  const index = last === undefined ? -1 : metric.changes.indexOf(last);
  if (last?.outcome === 'not told' || last?.outcome === 'changed') {
    const why =
      last.outcome === 'changed'
        ? 'nothing says whether less or more of it is better'
        : 'its values are bounds';
    return { outcome: last.outcome, reason: `${changeText(metric, last, index)}; ${why}` };
  }
  if (standing.length > 0) return { outcome: 'suppressed', reason: text(standing) };
  if (last?.outcome === 'improved') return { outcome: 'improved', reason: changeText(metric, last, index) };
  const back = last === undefined ? 'no change in' : 'back where it was, after changes in';
  return { outcome: 'no change', reason: `${back} ${metric.runs.length} runs` };
}
