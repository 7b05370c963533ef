// One objective of OpenSLO as the limit of a promise: its share, or its threshold with its unit.

import type { Operator } from '../slo/expression.ts';
import { printMeasure } from '../slo/print.ts';
import type { Indicated } from './openslo-measure.ts';
import { decimalText, percentText, restOf, shareAskedBy } from './openslo-numbers.ts';
import type { Objective, OpenSlo } from './openslo-schema.ts';
import { countedIn } from './openslo-share.ts';
import { type Asked, askedBy } from './openslo-slices.ts';
import { below, refuse, type Spot, type Words } from './openslo-words.ts';

export interface Limit {
  /** `p95(query) during steady`, a statistic added where the target says which. */
  readonly measureText: string;
  readonly operator: Operator;
  /** `2s`, `99.9%`, `+10% vs last_green` */
  readonly text: string;
  readonly spot: Spot;
  /** Every stretch of this length has to hold. */
  readonly windowSeconds: number | null;
  /** What is not looked at, and why; null: nothing. */
  readonly note: string | null;
  /** With fewer it could not be told; null: the metric says itself how many it needs. */
  readonly leastSamples: number | null;
}

const operators = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Throws Refusal. `at`: where the objective is. */
export function limitOf(
  objective: Objective,
  at: Spot,
  slo: { readonly spec: OpenSlo['spec']; readonly spot: Spot },
  indicated: Indicated,
  words: Words,
): Limit {
  const asked = askedBy(objective, at, slo);
  const { counts, metric, measure, isRatio } = indicated;
  if (words.window !== undefined && asked.windowSeconds !== null)
    refuse(words.window.spot, 'the time slices are a window already');
  if (!isRatio) return thresholdOf(objective, at, indicated, words, asked);
  const strange = (['op', 'value'] as const).find((key) => objective[key] !== undefined);
  if (strange !== undefined)
    refuse(below(at, strange), `\`${strange}\` belongs to a thresholdMetric, this is a ratio`);
  if (words.versus !== undefined) refuse(words.versus.spot, 'a ratio is not relative to other runs');
  if (words.unit !== undefined) refuse(words.unit.spot, 'a ratio has no unit');
  const isCounted =
    metric.unit === 'share' &&
    metric.subject === 'series' &&
    metric.argument !== 'target' &&
    measure.against === undefined;
  return counts !== null || isCounted
    ? ratioOf(indicated, words, asked)
    : withLimitWord(indicated, words, asked, at);
}

/** Good of total: the metric of Mettle says itself whether it counts the good or the bad. */
function ratioOf({ text, metric, counts, spot }: Indicated, words: Words, asked: Asked): Limit {
  const higher = counts === null ? metric.better === 'higher' : counts === 'good';
  const operator = operatorWord(words, higher ? ['>=', '>'] : ['<=', '<']);
  if (words.limit !== undefined) refuse(words.limit.spot, 'a ratio has its limit in the target');
  return {
    measureText: text,
    operator,
    text: percentText(higher ? asked.share : restOf(asked.share)),
    spot: asked.spot,
    windowSeconds: asked.windowSeconds,
    note: spot.path.includes('raw')
      ? `\`${text}\` is judged, not how often it is good enough; it has to be a gauge between 0 and 1, for of a counter this is its rate`
      : null,
    leastSamples: null,
  };
}

/** `mettle/op: lt`: what a ratio cannot say; it may be as strict, never the other way round. */
function operatorWord({ op }: Words, [usual, strict]: readonly [Operator, Operator]): Operator {
  if (op === undefined) return usual;
  const written = operators[op.text as keyof typeof operators] as Operator | undefined;
  if (written === usual || written === strict) return written;
  return refuse(
    op.spot,
    `\`${op.text}\` does not fit what is counted: expected \`${wordFor(usual)}\` or \`${wordFor(strict)}\``,
  );
}

export const wordFor = (operator: Operator): keyof typeof operators =>
  (Object.keys(operators) as (keyof typeof operators)[]).find((key) => operators[key] === operator) ?? 'lt';

function thresholdOf(
  { op, value }: Objective,
  at: Spot,
  indicated: Indicated,
  words: Words,
  asked: Asked,
): Limit {
  if (op === undefined || value === undefined) return refuse(at, 'a threshold needs `op` and `value`');
  const idle = words.op ?? words.limit;
  if (idle !== undefined) refuse(idle.spot, 'the objective says it: this is for ratios');
  const operator = operators[op];
  const { windowSeconds } = asked;
  // What is relative to other runs is one value, a percentile like any other.
  const whole = { measureText: indicated.text, note: null, leastSamples: null };
  const counted = words.versus === undefined ? countedIn(indicated, operator, asked) : whole;
  return {
    ...counted,
    operator,
    text: limitText(value, at, indicated, words),
    spot: below(at, 'value'),
    windowSeconds,
  };
}

/** A ratio whose query holds the limit: it is said once more, in an annotation. */
function withLimitWord(indicated: Indicated, words: Words, asked: Asked, at: Spot): Limit {
  const { limit } = words;
  const what = printMeasure(indicated.measure);
  if (limit === undefined || shareAskedBy(indicated.measure, '<') === null)
    return refuse(
      limit?.spot ?? at,
      `nothing says which value of \`${what}\` is good`,
      'for a percentile add the annotation `mettle/limit: 300ms`, else use a thresholdMetric',
    );
  const operator = operatorWord(words, ['<=', '<']);
  return {
    ...countedIn(indicated, operator, asked),
    operator,
    text: limit.text,
    spot: limit.spot,
    windowSeconds: asked.windowSeconds,
  };
}

const needUnit: ReadonlySet<string> = new Set(['µs', 'share', '1/s', 'bytes']);

/** `value: 200` with `mettle/unit: ms` is `200ms`. */
function limitText(value: number, at: Spot, { metric, measure }: Indicated, { unit, versus }: Words): string {
  const isRatio = measure.against?.operation === '/';
  if (unit === undefined && versus === undefined && !isRatio && needUnit.has(metric.unit)) {
    const example = { µs: 'ms', share: '%', '1/s': '/s', bytes: 'MiB' }[metric.unit as string] ?? '%';
    return refuse(
      below(at, 'value'),
      `\`value: ${decimalText(value)}\` has no unit`,
      `add the annotation \`mettle/unit: ${example}\``,
    );
  }
  const asPercent = unit?.text === 'ratio';
  const size = Math.abs(value);
  const number = asPercent ? percentText(size) : `${decimalText(size)}${joined(unit?.text ?? '')}`;
  if (versus === undefined) return value < 0 ? `-${number}` : number;
  return `${value < 0 ? '-' : '+'}${number} vs ${versus.text}`;
}

/** `points` is a word of its own. */
const joined = (unit: string): string => (/^points?$/.test(unit) ? ` ${unit}` : unit);
