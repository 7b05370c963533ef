// The last minute as two curves of one line each: what comes back, and how long it takes.

import { formatDuration, formatRate } from '../kernel/units.ts';
import type { RunView, SecondView } from '../run/live-view.ts';
import { type Line, piece, sparkline } from './live-view-text.ts';

const longestSeconds = 60;
const fewestSeconds = 3;
/** ` up to 49.1ms`, and ` × failed` where there is room to explain it. */
const noteWidth = 14;
const legendWidth = 9;
const wideColumns = 60;

type Measured = 'p95' | 'p50' | 'slowest';

/** Nothing before there is a curve to see, or where it would be too short to read. */
export function curveRows({ history }: RunView, width: number, labelWidth: number): Line[] {
  const wide = width >= wideColumns;
  const room = Math.min(longestSeconds, width - labelWidth - noteWidth - (wide ? legendWidth : 0));
  const last = history.at(-1);
  if (last === undefined || history.length < fewestSeconds || room < 10) return [];
  const count = Math.min(room, last.second + 1);
  const from = last.second - count + 1;
  const seconds = Array.from({ length: count }, (_, index) =>
    history.find(({ second }) => second === from + index),
  );
  const measured = bestMeasured(history);
  const rates = seconds.map((point) => (point === undefined ? null : point.okPerSecond));
  const latencies = seconds.map((point) => heightOf(point, measured));
  return [
    curve('ok/s', rates, formatRate, labelWidth, wide),
    curve(measured, latencies, formatDuration, labelWidth, wide),
  ];
}

function curve(
  label: string,
  values: readonly (number | null)[],
  format: (value: number) => string,
  labelWidth: number,
  legend: boolean,
): Line {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const failed = legend && values.includes(Infinity) ? ' × failed' : '';
  const note = `${known.length === 0 ? '' : ` up to ${format(Math.max(...known))}`}${failed}`;
  return [piece(label.padEnd(labelWidth), 'faint'), piece(sparkline(values)), piece(note, 'faint')];
}

/** Where failures decide it, it is higher than anything, and drawn as such. */
function heightOf(point: SecondView | undefined, measured: Measured): number | null {
  if (point === undefined) return null;
  if (measured === 'slowest') return point.slowestOkMicros;
  const value = point[measured];
  return value === null ? null : value.atLeast ? Infinity : value.valueMicros;
}

/** One measure for the whole curve: the highest percentile that most seconds have enough samples for. */
function bestMeasured(history: readonly SecondView[]): Measured {
  const busy = history.filter(({ slowestOkMicros }) => slowestOkMicros !== null);
  const mostHave = (name: 'p50' | 'p95'): boolean =>
    busy.filter((point) => point[name] !== null).length >= 0.8 * busy.length;
  return mostHave('p95') ? 'p95' : mostHave('p50') ? 'p50' : 'slowest';
}
