// Attempts on a faulted link over time, with the silences of an open circuit breaker marked.

import { formatRate } from '../kernel/units.ts';
import type { AttemptsRecord } from '../record/attempts-schema.ts';
import { occurrenceName } from '../record/fault-name.ts';
import type { FaultRecord, RunRecord } from '../record/schema.ts';
import type { Chart } from './charts/figure.ts';
import type { TimeWindow } from './charts/frame.ts';
import { lineChart, type TimePoint } from './charts/lines.ts';

const mostCharts = 6;
const secondMicros = 1_000_000;
/** A tenth of a stretch; shorter than this between two looks is no time in which nothing came. */
const sliverMicros = 25_000;

type Stretch = AttemptsRecord['timeline'][number];
type Drawn = Stretch & { readonly known: boolean };

/** One for each fault whose link was watched and carried anything, up to six. */
export const attemptCharts = (run: RunRecord): Chart[] =>
  run.faults
    .flatMap((fault) => {
      const attempts = fault.observation?.attempts ?? null;
      return attempts === null || attempts.timeline.length === 0 ? [] : [{ fault, attempts }];
    })
    .slice(0, mostCharts)
    .map(({ fault, attempts }, index) => attemptChart(fault, attempts, index));

function attemptChart(fault: FaultRecord, attempts: AttemptsRecord, index: number): Chart {
  const stretches = withoutGaps(attempts);
  const { list } = attempts.silence;
  const points = (what: 'attempts' | 'answered'): TimePoint[] =>
    stretches.map((stretch) => ({
      fromMicros: stretch.fromMicros,
      toMicros: stretch.toMicros,
      y: stretch.known
        ? (stretch[what] * secondMicros) / Math.max(1, stretch.toMicros - stretch.fromMicros)
        : null,
    }));
  const silences = list.map(({ fromMicros, forMicros }, at): TimeWindow => ({
    label: at === 0 ? 'silent' : '',
    className: 'silence',
    fromMicros,
    toMicros: fromMicros + forMicros,
  }));
  return lineChart({
    id: `attempts-${index}`,
    title: `Attempts on ${fault.on}: ${occurrenceName(fault)}`,
    description: describe(fault, attempts),
    startMicros: stretches[0]?.fromMicros ?? 0,
    endMicros: attempts.untilMicros,
    windows: [faultWindow(fault, attempts), ...silences],
    lines: [
      { name: 'attempts', className: 's2', points: points('attempts'), steps: true },
      { name: 'of these answered', className: 's1', points: points('answered'), steps: true },
    ],
    scale: 'linear',
    yLabel: 'per second, by when they began',
    format: formatRate,
    extraColumns: [
      {
        name: 'attempts, number',
        cells: stretches.map(({ known, attempts: seen }) => (known ? String(seen) : '–')),
      },
      { name: 'silence', cells: stretches.map((stretch) => silentWord(stretch, silences)) },
    ],
  });
}

const faultWindow = (fault: FaultRecord, attempts: AttemptsRecord): TimeWindow => ({
  label: occurrenceName(fault),
  className: 'fault',
  fromMicros: Math.max(attempts.fromMicros, fault.effectAtMicros ?? attempts.fromMicros),
  toMicros: attempts.untilMicros,
});

function describe(fault: FaultRecord, { total, answered, silence }: AttemptsRecord): string {
  const silent = silence.list.length === 0 ? '' : ` ${silence.list.length} silences are marked.`;
  return `Attempts per second on ${fault.on} in the 10 s before ${fault.id} and during it: ${total} during it, ${answered} of them answered.${silent}`;
}

const silentWord = (stretch: Stretch, silences: readonly TimeWindow[]): string =>
  silences.some(({ fromMicros, toMicros }) => fromMicros < stretch.toMicros && toMicros > stretch.fromMicros)
    ? 'silent'
    : '–';

/**
 * The proxy keeps nothing of stretches in which nothing was: there were none. Between the last look before the fault and
 * its effect nobody looked: that is not known.
 */
function withoutGaps({ timeline, fromMicros, untilMicros }: AttemptsRecord): Drawn[] {
  const whole: Drawn[] = [];
  const gap = (from: number, to: number): void => {
    const empty = { attempts: 0, answered: 0 };
    const edge = Math.min(to, Math.max(from, fromMicros));
    if (edge > from) whole.push({ ...empty, fromMicros: from, toMicros: edge, known: to < fromMicros });
    if (to - edge < sliverMicros) return;
    whole.push({ ...empty, fromMicros: edge, toMicros: to, known: true });
  };
  let atMicros = timeline[0]?.fromMicros ?? untilMicros;
  for (const stretch of timeline) {
    gap(atMicros, stretch.fromMicros);
    whole.push({ ...stretch, known: true });
    atMicros = Math.max(atMicros, stretch.toMicros);
  }
  gap(atMicros, untilMicros);
  return whole;
}
