// The words that the live view and the plain lines share.

import { formatDuration, formatRate, formatShare } from '../kernel/units.ts';
import { errorClasses } from '../measure/outcome.ts';
import type { RankedValue } from '../measure/quantile.ts';
import type { LatencyView, PaceView, RunPlace, RunView, TimeLeft } from './live-view.ts';

/** Whole seconds, as a clock: `42s`, `1m40s`, `1h05m`. */
export function formatClock(micros: number): string {
  const seconds = Math.max(0, Math.round(micros / 1e6));
  if (seconds < 100) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  return minutes < 60
    ? `${minutes}m${two(seconds % 60)}s`
    : `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

/** `12.3ms`, `≥ 5s`, and `–` for too few samples. */
export function formatRanked(value: RankedValue | null): string {
  if (value === null) return '–';
  return `${value.atLeast ? '≥ ' : ''}${formatDuration(value.valueMicros)}`;
}

/** Of the good answers alone. */
export const formatSlowest = ({ slowestOkMicros }: Pick<LatencyView, 'slowestOkMicros'>): string =>
  slowestOkMicros === null ? '–' : formatDuration(slowestOkMicros);

/** `status ×12, timeout ×3`, the commonest first; empty when nothing went wrong. */
export function errorWords(errors: RunView['errors']): string {
  return errorClasses
    .map((name) => ({ name, count: errors[name] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ name, count }) => `${name} ×${count}`)
    .join(', ');
}

/** `steady`, `fault:slow-db + recovery:cut`, `draining`. */
export function phaseWords({ stage, phases }: RunView): string {
  return stage === 'load' ? phases.join(' + ') : stage;
}

/** `begun 39.8/s of 40/s due`; without arrivals there is no rate to keep to, and with users beside them not one alone. */
export function begunWords(pace: PaceView): string {
  const { begunPerSecond, scheduledPerSecond, onlyArrivals, belowSchedule } = pace;
  const due = scheduledPerSecond === null ? '' : `${formatRate(scheduledPerSecond)} due`;
  const of = due === '' ? '' : onlyArrivals ? ` of ${due}` : ` (arrivals ${due})`;
  return `begun ${formatRate(begunPerSecond)}${of}${belowSchedule ? ' (below the schedule)' : ''}`;
}

/** Of all runs, `spentMicros` into the present one. */
export function leftOf(place: RunPlace, plannedMicros: number, spentMicros: number): TimeLeft {
  const { runs, runsDone, meanRunMicros, pauseMicros = 0, mayEndEarly = false } = place;
  const perRun = meanRunMicros ?? plannedMicros;
  const later = Math.max(0, runs - runsDone - 1) * (perRun + pauseMicros);
  const left = { micros: later + Math.max(0, perRun - spentMicros), atLeast: meanRunMicros === null };
  return mayEndEarly ? { ...left, atMost: true } : left;
}

/** `about 12m00s left`, `at most about 12m00s left` */
export function leftWords({ micros, atLeast, atMost = false }: TimeLeft): string {
  const words = atMost ? 'at most about' : atLeast ? 'at least' : 'about';
  return `${words} ${formatClock(micros)} left`;
}

/** `0.63%` of what has ended lately; `–` when nothing has. */
export const formatBad = (share: number | null): string => (share === null ? '–' : formatShare(share));
