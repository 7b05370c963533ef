// Judges promises from a record: value against limit, with the rules that keep too little data from passing.

import { formatDuration } from '../kernel/units.ts';
import type { RunData } from '../record/data.ts';
import type { SloRecord } from '../record/schema.ts';
import type { BaselineRuns } from './baseline.ts';
import type { Operator, PromiseExpression } from './expression.ts';
import type { Gate } from './gate.ts';
import { gatesOf, promiseFrom } from './gates.ts';
import type { PromiseText } from './gates.ts';
import { printMeasure } from './print.ts';
import { printLimit, showValue } from './quantity.ts';
import { readMeasure } from './reading.ts';
import type { Read } from './reading.ts';
import { stretchesOf, stretchWords } from './windows.ts';

const noBaseline = 'no baseline: there is no other run to compare with';

/** More bad samples than this break a promise even when there are too few samples to keep it. */
const certainlyBad = 10;

type Judged = Pick<SloRecord, 'status' | 'reason'>;

/** With a limit that is known: a relative one has been worked out. */
type Limited = PromiseExpression & { readonly limit: number };

/** Binary fractions must not decide: 999/1000 is 99.9 %. */
const same = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

function holds(value: number, operator: Operator, limit: number): boolean {
  if (same(value, limit)) return operator === '<=' || operator === '>=';
  return operator.startsWith('<') ? value < limit : value > limit;
}

const broken = (severity: PromiseText['severity'], reason: string): Judged => ({
  status: severity === 'fail' ? 'fail' : 'warn',
  reason,
});

/** Too few samples: enough bad ones are certain all the same; otherwise nothing can be said. */
function judgeFew(promise: Limited, read: Read, shortage: string, severity: PromiseText['severity']): Judged {
  const allowance = read.metric.allowance(promise.measure, promise.operator, promise.limit);
  const counted = read.view === null ? undefined : allowance?.count(read.view.counts, read.view.histograms);
  if (counted !== undefined && counted.bad > certainlyBad) {
    const limit = printLimit(promise.limit, read.metric.unit);
    return broken(severity, `${counted.bad} of ${counted.total} were bad or beyond ${limit}`);
  }
  return { status: 'invalid', reason: shortage };
}

function judgeValue(promise: Limited, read: Read, value: number, severity: PromiseText['severity']): Judged {
  const { metric, reading } = read;
  const { operator, limit } = promise;
  const shown = `${reading.atLeast ? '≥ ' : ''}${showValue(value, metric.unit)}`;
  const limitText = printLimit(limit, metric.unit);
  const note = reading.note === null ? '' : ` (${reading.note})`;
  const breach = broken(
    severity,
    `${printMeasure(promise.measure)} is ${shown}, promised ${operator} ${limitText}${note}`,
  );
  if (operator.startsWith('<') && reading.atLeast) return breach;
  if (holds(value, operator, limit)) return { status: 'pass', reason: reading.note };
  if (reading.atLeast)
    return {
      status: 'invalid',
      reason: `only known to be ${shown}, which does not decide ${operator} ${limitText}`,
    };
  return breach;
}

/** Service latency must not be taken for response latency. */
function withServiceLabel(judged: Judged, read: Read): Judged {
  const label = 'service latency only: this load has no due times';
  if (read.metric.unit !== 'µs' || read.metric.subject !== 'series' || read.view?.hasDueTime !== false)
    return judged;
  return { ...judged, reason: judged.reason === null ? label : `${judged.reason}; ${label}` };
}

function judge(promise: Limited, read: Read, severity: PromiseText['severity']): Judged {
  const { metric, reading } = read;
  if (reading.value === null) {
    return { status: reading.nothingToJudge === true ? 'not judged' : 'invalid', reason: reading.note };
  }
  const undecided = reading.undecided?.(promise.limit) ?? null;
  if (undecided !== null) return { status: 'invalid', reason: undecided };
  const shortage = metric.tooFew(promise.measure, reading.samples, promise.limit);
  return shortage === null
    ? judgeValue(promise, read, reading.value, severity)
    : judgeFew(promise, read, shortage, severity);
}

/** One parsed promise against one record. `gates`: the steady promises, for detection and recovery. */
function evaluatePromise(
  promise: PromiseExpression,
  data: RunData,
  context: PromiseText & { readonly gates: readonly Gate[] },
): SloRecord {
  const read = readMeasure(promise.measure, data, context.gates, promise.operator);
  const { value, atLeast, samples } = read.reading;
  const { text, severity } = context;
  const { limit } = promise;
  if (typeof limit !== 'number') {
    const unit = read.metric.unit;
    return {
      text,
      severity,
      status: 'invalid',
      value,
      atLeast,
      limit: null,
      unit,
      samples,
      reason: noBaseline,
    };
  }
  const { status, reason } = withServiceLabel(judge({ ...promise, limit }, read, context.severity), read);
  return {
    text,
    severity,
    status,
    value,
    atLeast,
    limit,
    unit: read.metric.unit,
    samples,
    reason,
  };
}

/**
 * Whole and every stretch of `windowMicros`. A stretch with too few samples says nothing; when all of them have, the
 * promise cannot be judged.
 */
function evaluateWindows(
  promise: PromiseExpression,
  data: RunData,
  context: PromiseText & { readonly gates: readonly Gate[]; readonly windowMicros: number },
): SloRecord {
  const whole = evaluatePromise(promise, data, context);
  if (whole.status !== 'pass') return whole;
  const stretches = stretchesOf(data, context.windowMicros).map((stretch) => ({
    stretch,
    judged: evaluatePromise(promise, stretch.data, context),
  }));
  const decided = stretches.filter(
    ({ judged }) => judged.status !== 'invalid' && judged.status !== 'not judged',
  );
  const broken = decided.filter(({ judged }) => judged.status !== 'pass');
  const [first] = broken;
  const length = formatDuration(context.windowMicros);
  if (decided.length === 0) {
    const why = stretches[0]?.judged.reason ?? 'there is none';
    return { ...whole, status: 'invalid', reason: `no stretch of ${length} could be judged: ${why}` };
  }
  if (first === undefined) return whole;
  const { value, atLeast, samples, status, reason } = first.judged;
  const times = `${broken.length} of ${decided.length} stretches of ${length} broken`;
  const where = `${stretchWords(first.stretch)}: ${reason ?? 'broken'}`;
  return { ...whole, value, atLeast, samples, status, reason: `${times}, the first ${where}` };
}

export interface EvaluationOptions {
  /** Why the run was cut short; its promises are then `not judged`, and what was measured is still shown. */
  readonly cutShort?: string | null;
  /** What relative promises are held against; default: nothing. */
  readonly baselines?: BaselineRuns;
}

/** Every promise of a scenario against one record, in order. Throws PROMISE_SYNTAX for text that was never validated. */
export function evaluatePromises(
  promises: readonly PromiseText[],
  data: RunData,
  options: EvaluationOptions = {},
): SloRecord[] {
  const gates = gatesOf(promises);
  const cutShort = options.cutShort ?? null;
  return promises.map((entry) => {
    const promise = promiseFrom(entry.text);
    const { windowMicros } = entry;
    const judged =
      windowMicros === undefined
        ? evaluatePromise(promise, data, { ...entry, gates })
        : evaluateWindows(promise, data, { ...entry, gates, windowMicros });
    return cutShort === null ? judged : { ...judged, status: 'not judged', reason: cutShort };
  });
}
