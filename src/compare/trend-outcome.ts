// What the changes of one metric come to, in one word and one sentence.

import { fewestOfLevel, fewestRuns, isOpenLevel } from './trend-levels.ts';
import type { TrendChange, TrendMetric } from './trend-schema.ts';
import { fewestToSee } from './trend-suspect.ts';
import { newestUnknown } from './trend-unknown.ts';
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
  metric: Pick<TrendMetric, 'runs' | 'levels' | 'scale' | 'unit'>,
  change: TrendChange,
  position: number,
): string {
  const own = effectText(change.shift, metric);
  const sum =
    change.against === position
      ? ''
      : ` (${effectText(change.judgedShift, metric)} with the changes before it)`;
  const level = metric.levels[position + 1];
  const isOpen = level !== undefined && isOpenLevel(metric.runs.slice(level.from, level.to + 1));
  const open = isOpen ? ', to values that are only bounds,' : '';
  return `${own}${sum}${open} ${betweenText(metric, change)}`;
}

/** Why nothing can be said; null: something can. */
function unknown(metric: TrendMetric): Outcome | null {
  const { runs, leftOut } = metric;
  const out = leftOut.unfit + leftOut.withoutValue;
  const left = out === 0 ? '' : `, ${out} left out`;
  if (runs.length < fewestRuns)
    return {
      outcome: 'too few runs',
      reason: `${runs.length} runs${left}: at least ${fewestRuns} are needed`,
    };
  const reason = newestUnknown(metric);
  return reason === null ? null : { outcome: 'not told', reason };
}

const whys = {
  changed: 'nothing says whether less or more of it is better',
  'not told': 'its values are bounds',
} as const;

/** What no change point says yet: a step in few runs; null: none is seen. */
function suspicion(metric: TrendMetric): Outcome | null {
  const { suspected, runs, levels } = metric;
  if (suspected === null) return null;
  const { index, shift, p } = suspected;
  const count = runs.length - (levels.at(-1)?.from ?? 0);
  const reason = `${effectText(shift, metric)} ${betweenText(metric, suspected)} (p = ${p.toFixed(4)}): ${count} runs since the last change are too few to tell it from chance, ${runs.length - index} of them are after it`;
  return { outcome: 'suspected', reason };
}

/** What may have happened in the newest level without being seen. */
function unseenText({ runs, levels }: TrendMetric): string {
  const count = runs.length - (levels.at(-1)?.from ?? 0);
  return count >= fewestToSee
    ? ''
    : `; in the last ${count} only a step that ${fewestOfLevel} runs or more show clearly is seen`;
}

/** A regression that stands is told even where the newest runs say nothing. */
export function metricOutcome(metric: TrendMetric): Outcome {
  const standing = metric.changes.flatMap((change, index) => (change.stands ? [{ change, index }] : []));
  const open = standing.filter(({ change }) => change.suppressed === null);
  const text = (of: typeof standing): string =>
    of.map(({ change, index }) => changeText(metric, change, index)).join('; ');
  if (open.length > 0) return { outcome: 'regressed', reason: text(open) };
  const nothing = unknown(metric) ?? suspicion(metric);
  if (nothing !== null) return nothing;
  const last = metric.changes.findLast(({ outcome }) => outcome !== 'within tolerance');
  const index = last === undefined ? -1 : metric.changes.indexOf(last);
  if (last?.outcome === 'not told' || last?.outcome === 'changed')
    return {
      outcome: last.outcome,
      reason: `${changeText(metric, last, index)}; ${whys[last.outcome]}`,
    };
  if (standing.length > 0) return { outcome: 'suppressed', reason: text(standing) };
  if (last?.outcome === 'improved') return { outcome: 'improved', reason: changeText(metric, last, index) };
  const back = last === undefined ? 'no change in' : 'back where it was, after changes in';
  return { outcome: 'no change', reason: `${back} ${metric.runs.length} runs${unseenText(metric)}` };
}
