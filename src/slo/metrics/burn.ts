// burn(series, target) over long/short: how many times too fast the error budget goes; both windows must see it.

import { formatDuration, formatRate, formatShare, significant } from '../../kernel/units.ts';
import { unbreakableBurn } from '../burn-limit.ts';
import { budgetOf, burnOf, windowPairsOf } from '../burn.ts';
import type { WindowPair } from '../burn.ts';
import type { BurnWindows, Measure } from '../expression.ts';
import { judgedSpans } from '../judged-time.ts';
import type { Span } from '../spans.ts';
import { noData, noReading } from './metric.ts';
import type { Metric, Reading } from './metric.ts';

/** More bad ones than this are no bad luck, however few samples there are. */
const certainlyBad = 10;

/** What the long window needs to tell a burn of `limit`: 10/(burn · (1 − target)). */
const samplesFor = (limit: number, budget: number): number => Math.ceil(10 / (limit * budget) - 1e-6);

interface Asked {
  readonly target: number;
  readonly budget: number;
  readonly windows: BurnWindows;
  /** Which windows count depends on it. Where none is promised: the pace that spends the budget exactly. */
  readonly limit: number;
}

interface Burning extends WindowPair {
  /** Of the slower of both windows: both exceed a limit when this does. */
  readonly burn: number;
}

function askedOf({ argument, windows }: Measure, limit: number | null | undefined): Asked | null {
  if (argument?.kind !== 'target' || windows === undefined) return null;
  return { target: argument.share, budget: budgetOf(argument.share), windows, limit: limit ?? 1 };
}

/** No stretch is as long as the windows. */
function tooShort(spans: readonly Span[], { during }: Measure, { windows }: Asked): Reading {
  const longest = Math.max(0, ...spans.map(({ startMicros, endMicros }) => endMicros - startMicros));
  const where = during.length === 0 ? 'the judged load' : `a stretch of ${during.join(', ')}`;
  const [needed, is] = [windows.longMicros, longest].map(formatDuration);
  return noReading(
    `${where} lasts at most ${is}: no full window of ${needed} fits in, ask for a shorter one`,
  );
}

/** Three digits, rounded up: what is advised must do. */
function atLeastRate(perSecond: number): string {
  const step = 10 ** (Math.floor(Math.log10(perSecond)) - 2);
  return formatRate(Math.ceil(perSecond / step - 1e-9) * step);
}

/** No window holds enough for the limit. */
function tooFew(pairs: readonly WindowPair[], samples: number, asked: Asked): Reading {
  const { target, budget, windows, limit } = asked;
  const needed = samplesFor(limit, budget);
  if (!(limit > 0)) return noReading(`no number of samples can show a burn of ${limit}`, samples);
  const fullest = pairs.reduce((most, { long }) => Math.max(most, long.total), 0);
  const rate = atLeastRate(needed / (windows.longMicros / 1_000_000));
  return noReading(
    `a window of ${formatDuration(windows.longMicros)} needs ${needed} samples to tell a burn of ` +
      `${significant(limit)} at ${formatShare(target)}, the fullest has ${fullest}: offer at least ${rate}, ` +
      'or make the windows longer',
    samples,
  );
}

function highestOf(pairs: readonly WindowPair[], { budget, limit }: Asked): Burning | undefined {
  const needed = limit > 0 ? samplesFor(limit, budget) : Number.POSITIVE_INFINITY;
  return pairs
    .filter(({ long }) => long.bad > certainlyBad || (long.total > 0 && long.total >= needed))
    .map((pair) => ({ ...pair, burn: Math.min(burnOf(pair.long, budget), burnOf(pair.short, budget)) }))
    .reduce<Burning | undefined>(
      (highest, one) => (highest === undefined || one.burn > highest.burn ? one : highest),
      undefined,
    );
}

function noteOf({ atMicros, long, short }: Burning, { budget, windows }: Asked): string {
  const shown = (counted: WindowPair['long'], micros: number): string =>
    `${significant(burnOf(counted, budget))} over ${formatDuration(micros)}`;
  const both = `${shown(long, windows.longMicros)}, ${shown(short, windows.shortMicros)}`;
  return `highest at ${formatDuration(atMicros)}: ${both}`;
}

export const burn = {
  name: 'burn',
  pattern: /^burn$/,
  unit: 'count',
  better: 'lower',
  scale: 'log',
  subject: 'series',
  argument: 'target',
  resolution: 0.01,
  tolerance: () => 0.1,
  // Windows with too few are left out, each by itself.
  tooFew: () => null,
  allowance: () => null,
  compute: (measure, { data, view, limit, operator }) => {
    const asked = askedOf(measure, limit);
    if (asked === null) return noReading('burn needs a target and windows: burn(query, 99.9%) … over 60s/5s');
    if (asked.budget <= 0) return noReading('a target of 100% leaves no budget to burn');
    if (view.counts.offered === 0) return noData;
    // The parser refuses such a limit; a relative one comes to it when the baseline was bad.
    const unbreakable = operator === null ? null : unbreakableBurn(operator, asked.limit, asked.target);
    if (unbreakable !== null) return noReading(unbreakable.message);
    const spans = judgedSpans(data.run, measure.during);
    const found = spans.map((span) => windowPairsOf(data, measure.subject, span, asked.windows));
    const pairs = found.flatMap((one) => one.pairs);
    const samples = found.reduce((sum, { total }) => sum + total, 0);
    if (pairs.length === 0) return tooShort(spans, measure, asked);
    const highest = highestOf(pairs, asked);
    if (highest === undefined) return tooFew(pairs, samples, asked);
    return { value: highest.burn, atLeast: false, samples, note: noteOf(highest, asked) };
  },
} as const satisfies Metric;
