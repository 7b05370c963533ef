// Judges promises from a record: over the whole and in every stretch, against limits that are fixed or relative.

import { formatDuration } from '../kernel/units.ts';
import type { RunData } from '../record/data.ts';
import type { SloRecord } from '../record/schema.ts';
import { type BaselineRuns, noBaselines } from './baseline.ts';
import type { PromiseExpression } from './expression.ts';
import type { Gate } from './gate.ts';
import { gatesOf, promiseFrom } from './gates.ts';
import type { OnNoData, PromiseText } from './gates.ts';
import { type Held, judge } from './judgement.ts';
import { judgedSpans } from './judged-time.ts';
import { printLimit } from './quantity.ts';
import { metricOf, readMeasure } from './reading.ts';
import { heldAgainst } from './relative.ts';
import { lengthOf } from './spans.ts';
import { type Stretch, stretchesOf, stretchWords } from './windows.ts';

export interface EvaluationOptions {
  /** Why the run was cut short; its promises are then `not judged`, and what was measured is still shown. */
  readonly cutShort?: string | null;
  /** What relative promises are held against; default: nothing. */
  readonly baselines?: BaselineRuns;
}

/** A promise on its way to be judged. */
interface Judging {
  readonly promise: PromiseExpression;
  readonly held: Held;
  readonly rules: PromiseText;
  /** The steady promises, for detection and recovery. */
  readonly gates: readonly Gate[];
}

/** `wantsData`: invalid for want of data, which `on_no_data` may call something else. */
interface Evaluated {
  readonly record: SloRecord;
  readonly wantsData: boolean;
}

/** Every promise of a scenario against one record, in order. Throws PROMISE_SYNTAX for text that was never validated. */
export function evaluatePromises(
  promises: readonly PromiseText[],
  data: RunData,
  options: EvaluationOptions = {},
): SloRecord[] {
  const gates = gatesOf(promises);
  const { cutShort = null, baselines = noBaselines } = options;
  return promises.map((rules) => {
    const promise = promiseFrom(rules.text);
    const judging = { promise, rules, gates, held: heldOf(promise, rules, baselines) };
    const windowMicros = rules.windowMicros ?? promise.windowMicros;
    const evaluated =
      windowMicros === undefined ? evaluate(judging, data) : evaluateWindows(judging, data, windowMicros);
    if (cutShort !== null) return { ...evaluated.record, status: 'not judged', reason: cutShort };
    return withoutData(evaluated, rules.onNoData ?? 'invalid');
  });
}

function heldOf(promise: PromiseExpression, rules: PromiseText, baselines: BaselineRuns): Held {
  const { limit, measure } = promise;
  if (typeof limit === 'number') return { limit, text: printLimit(limit, metricOf(measure).unit) };
  return heldAgainst(promise, limit, baselines.of(rules));
}

/** One promise against all that a record, or a stretch of it, holds. */
function evaluate({ promise, held, rules, gates }: Judging, data: RunData): Evaluated {
  const read = readMeasure(promise.measure, data, gates, promise.operator, held.limit);
  const { value, atLeast, samples } = read.reading;
  const { status, reason, wantsData } = judge(promise, held, read, rules);
  const record: SloRecord = {
    text: rules.text,
    severity: rules.severity,
    status,
    value: value === null || !Number.isFinite(value) ? null : value,
    atLeast,
    limit: held.limit,
    ...(held.baseline === undefined ? {} : { baseline: held.baseline }),
    unit: read.metric.unit,
    samples,
    reason,
  };
  return { record, wantsData };
}

/** Of a number that grows with time: in less time than was asked for it cannot be expected. */
function asksForMany({ measure, operator }: PromiseExpression): boolean {
  const { unit, subject } = metricOf(measure);
  const counted = unit === 'count' && subject === 'series' && measure.against === undefined;
  return counted && operator.startsWith('>');
}

/** Those that can be asked: of how many there are at least, what has all of its window in the phases asked for. */
function stretchesFor({ promise }: Judging, data: RunData, windowMicros: number): Stretch[] {
  if (!asksForMany(promise)) return stretchesOf(data, windowMicros);
  const { during } = promise.measure;
  return stretchesOf(data, windowMicros, true).filter(
    (stretch) => lengthOf(judgedSpans(stretch.data.run, during)) >= windowMicros,
  );
}

const isDecided = ({ record }: Evaluated): boolean =>
  record.status === 'pass' || record.status === 'fail' || record.status === 'warn';

/**
 * Whole and every stretch of `windowMicros`, against the same limit. A stretch with too few samples says nothing; when all
 * of them have, the promise cannot be judged. One that was measured and still cannot be told leaves the promise open.
 */
function evaluateWindows(judging: Judging, data: RunData, windowMicros: number): Evaluated {
  const whole = evaluate(judging, data);
  if (whole.record.status !== 'pass') return whole;
  const stretches = stretchesFor(judging, data, windowMicros).map((stretch) => ({
    stretch,
    ...evaluate(judging, stretch.data),
  }));
  const decided = stretches.filter(isDecided);
  const length = formatDuration(windowMicros);
  const breaches = decided.filter(({ record }) => record.status !== 'pass');
  const times = `${breaches.length} of ${decided.length} stretches of ${length} broken`;
  const [first] = breaches;
  if (first !== undefined) return inStretch(whole, first, `${times}, the first`);
  const open = stretches.find(({ record, wantsData }) => record.status === 'invalid' && !wantsData);
  if (open !== undefined) return inStretch(whole, open, 'it cannot be told');
  if (decided.length > 0) return whole;
  const why = stretches[0]?.record.reason ?? 'none is as long as that';
  const reason = `no stretch of ${length} could be judged: ${why}`;
  return { record: { ...whole.record, status: 'invalid', reason }, wantsData: true };
}

/** The whole with what decided it in one stretch. */
function inStretch(
  whole: Evaluated,
  { record, stretch }: Evaluated & { readonly stretch: Stretch },
  words: string,
): Evaluated {
  const { value, atLeast, samples, status } = record;
  const reason = `${words} ${stretchWords(stretch)}: ${record.reason ?? status}`;
  return { record: { ...whole.record, value, atLeast, samples, status, reason }, wantsData: false };
}

/** What `on_no_data` makes of a promise that there was too little to judge by. Never a pass. */
function withoutData({ record, wantsData }: Evaluated, onNoData: OnNoData): SloRecord {
  if (!wantsData || onNoData === 'invalid') return record;
  const stands = { fail: record.severity, warn: 'warn', skip: 'not judged' } as const;
  const reason = `${record.reason ?? 'no data'}; on_no_data: ${onNoData}`;
  return { ...record, status: stands[onNoData], reason };
}
