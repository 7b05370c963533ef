// The busiest series as a short table, where there are several and the terminal is wide enough.

import { formatRate, formatShare } from '../kernel/units.ts';
import type { RunView, SeriesView } from '../run/live-view.ts';
import { formatRanked, formatSlowest } from '../run/live-words.ts';
import { cut, type Line, piece, widthOf } from './live-view-text.ts';

const mostSeries = 6;
const fewestColumns = 60;
const columnWidth = 11;
const columns = ['done', 'bad', 'p50', 'p95', 'slowest ok'] as const;

export function seriesRows({ series }: RunView, width: number): Line[] {
  if (series.length < 2 || width < fewestColumns) return [];
  const nameWidth = Math.min(30, width - columns.length * columnWidth);
  const shown = series.slice(0, mostSeries);
  const more = series.length - shown.length;
  return [
    [piece('series'.padEnd(nameWidth), 'faint'), ...columns.map((name) => piece(right(name), 'faint'))],
    ...shown.map((entry) => seriesRow(entry, nameWidth)),
    ...(more === 0 ? [] : [[piece(`and ${more} more`, 'faint')]]),
  ];
}

function seriesRow({ name, rate, latency }: SeriesView, nameWidth: number): Line {
  const shown = piece(name);
  const fitted = cut(shown.text, nameWidth - 1);
  const bad = rate.badShare ?? 0;
  return [
    piece(fitted + ' '.repeat(nameWidth - widthOf(fitted))),
    piece(right(formatRate(rate.donePerSecond))),
    piece(right(rate.badShare === null ? '–' : formatShare(bad)), bad > 0 ? 'bad' : 'plain'),
    ...[latency.p50, latency.p95].map((value) =>
      piece(right(formatRanked(value)), value?.atLeast === true ? 'bad' : 'plain'),
    ),
    piece(right(formatSlowest(latency))),
  ];
}

const right = (text: string): string => text.padStart(columnWidth);
