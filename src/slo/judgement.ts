// One value against one limit, with the rules that keep too little data from passing.

import type { SloRecord } from '../record/schema.ts';
import type { Operator, PromiseExpression } from './expression.ts';
import type { PromiseText } from './gates.ts';
import { printMeasure } from './print.ts';
import { showValue } from './quantity.ts';
import type { Read } from './reading.ts';

/** More bad samples than this break a promise even when there are too few samples to keep it. */
const certainlyBad = 10;

/** What a promise is held against, once a relative limit has been worked out. */
export interface Held {
  /** In the metric's unit; null: there is no baseline. */
  readonly limit: number | null;
  /** As people read it: `200ms`, `+10% vs last_green (100ms: 110ms)`; without a limit, why there is none. */
  readonly text: string;
  readonly baseline?: NonNullable<SloRecord['baseline']>;
}

export interface Judged {
  readonly status: SloRecord['status'];
  readonly reason: string | null;
  /** Invalid for want of data, which `on_no_data` may call something else. */
  readonly wantsData: boolean;
}

type Rules = Pick<PromiseText, 'severity' | 'minSamples'>;
type Limited = Held & { readonly limit: number };

const invalid = (reason: string | null): Judged => ({ status: 'invalid', reason, wantsData: false });
const wanting = (reason: string | null): Judged => ({ status: 'invalid', reason, wantsData: true });

const broken = (severity: PromiseText['severity'], reason: string): Judged => ({
  status: severity === 'fail' ? 'fail' : 'warn',
  reason,
  wantsData: false,
});

/** Binary fractions must not decide: 999/1000 is 99.9 %. */
const same = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

function holds(value: number, operator: Operator, limit: number): boolean {
  if (same(value, limit)) return operator === '<=' || operator === '>=';
  return operator.startsWith('<') ? value < limit : value > limit;
}

/** A reading against a limit. A value that cannot be told is never kept, whatever the limit. */
export function judge(promise: PromiseExpression, held: Held, read: Read, rules: Rules): Judged {
  const { reading } = read;
  const { limit } = held;
  if (reading.value === null)
    return reading.nothingToJudge === true
      ? { status: 'not judged', reason: reading.note, wantsData: false }
      : wanting(reading.note);
  // No comparison holds for what is no number, and no report could show it.
  if (!Number.isFinite(reading.value)) return invalid('its value is not a number');
  if (limit === null) return wanting(held.text);
  const undecided = reading.undecided?.(limit) ?? null;
  if (undecided !== null) return invalid(undecided);
  const limited = { ...held, limit };
  const shortage = shortageOf(promise, limited, read);
  const judged =
    shortage === null
      ? withEnough(promise, limited, read, rules)
      : judgeFew(promise, limited, read, shortage, rules);
  return withServiceLabel(judged, read);
}

/** `min_samples`: fewer cannot keep a promise, and break it only when they do so with enough bad ones among them. */
function withEnough(promise: PromiseExpression, held: Limited, read: Read, rules: Rules): Judged {
  const { value, samples } = read.reading;
  const { minSamples = 0 } = rules;
  const judged = judgeValue(promise, held, read, value ?? Number.NaN, rules);
  const certain = judged.status !== 'pass' && (badIn(promise, held, read)?.bad ?? 0) > certainlyBad;
  if (samples >= minSamples || certain) return judged;
  return wanting(`at least ${minSamples} samples are asked for, there are ${samples}`);
}

/** Bad and total, where the promise allows a share that can be counted. */
function badIn(
  { measure, operator }: PromiseExpression,
  { limit }: Limited,
  { metric, reading, view }: Read,
) {
  const allowance = metric.allowance(measure, operator, limit);
  const counted = view === null ? undefined : allowance?.count(view.counts, view.histograms);
  // What a metric leaves out of its value breaks no promise about it.
  return counted !== undefined && counted.total > reading.samples ? undefined : counted;
}

/** Why there are too few samples, or null. */
function shortageOf(promise: PromiseExpression, held: Limited, read: Read): string | null {
  const { metric, reading } = read;
  const { measure, operator } = promise;
  const share = metric.allowance(measure, operator, held.limit)?.share;
  // The parser refuses such a limit; a relative one comes to it when the baseline was without a fault.
  if (share !== undefined && share <= 0) return `no number of samples can show ${operator} ${held.text}`;
  return metric.tooFew(measure, reading.samples, held.limit);
}

/** Too few samples: enough bad ones are certain all the same; otherwise nothing can be said. */
function judgeFew(
  promise: PromiseExpression,
  held: Limited,
  read: Read,
  shortage: string,
  { severity }: Rules,
): Judged {
  const counted = badIn(promise, held, read);
  if (counted === undefined || counted.bad <= certainlyBad) return wanting(shortage);
  // A slow answer is a bad one by the limit of a time; a share has nothing beyond it.
  const slow = read.metric.unit === 'µs' ? ` or beyond ${held.text}` : '';
  return broken(
    severity,
    `${counted.bad} of ${counted.total} were bad${slow}, promised ${promise.operator} ${held.text}`,
  );
}

function judgeValue(
  { measure, operator }: PromiseExpression,
  { limit, text }: Limited,
  { metric, reading }: Read,
  value: number,
  { severity }: Rules,
): Judged {
  const shown = `${reading.atLeast ? '≥ ' : ''}${showValue(value, metric.unit)}`;
  const note = reading.note === null ? '' : ` (${reading.note})`;
  const breach = broken(
    severity,
    `${printMeasure(measure)} is ${shown}, promised ${operator} ${text}${note}`,
  );
  if (operator.startsWith('<') && reading.atLeast) return breach;
  if (holds(value, operator, limit)) return { status: 'pass', reason: reading.note, wantsData: false };
  return reading.atLeast
    ? invalid(`only known to be ${shown}, which does not decide ${operator} ${text}`)
    : breach;
}

/** Service latency must not be taken for response latency. */
function withServiceLabel(judged: Judged, { metric, view }: Read): Judged {
  const label = 'service latency only: this load has no due times';
  const isTimed = metric.unit === 'µs' || metric.unit === 'score';
  const byDueTime = isTimed && metric.subject === 'series' && metric.fromStart !== true;
  if (!byDueTime || view?.hasDueTime !== false) return judged;
  return { ...judged, reason: judged.reason === null ? label : `${judged.reason}; ${label}` };
}
