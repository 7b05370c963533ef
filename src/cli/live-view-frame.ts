// A view of a running load as the lines of a terminal frame, for any width and height. Pure.

import { formatRate } from '../kernel/units.ts';
import type { RateView, RunView } from '../run/live-view.ts';
import {
  begunWords,
  errorWords,
  formatBad,
  formatClock,
  formatRanked,
  formatSlowest,
  leftWords,
  phaseWords,
} from '../run/live-words.ts';
import { curveRows } from './live-view-curves.ts';
import { labelWidth, row } from './live-view-row.ts';
import { seriesRows } from './live-view-series.ts';
import { bar, type Line, lineWidth, type Piece, piece, renderLine, type Style } from './live-view-text.ts';

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** The last column stays empty: a terminal would begin a new line after it. */
const usable = (columns: number): number => Math.max(1, columns - 1);

/** No line is wider than the terminal, and there is one less than it has rows; what matters least is left out first. */
export function renderFrame(view: RunView, size: FrameSize, coloured: boolean): string[] {
  const width = usable(size.columns);
  const blocks: Line[][] = [
    titleRows(view, width),
    phaseRow(view, width),
    ...(view.stage === 'starting' ? [] : measured(view, width)),
  ];
  const most = Math.max(1, size.rows - 1);
  // The last blocks are tables and curves: they go whole, or not at all.
  while (blocks.length > 1 && blocks.flat().length > most) blocks.pop();
  const lines = blocks.flat().slice(0, most);
  return lines.map((line) => renderLine(line, width, coloured));
}

/** In order of importance. */
function measured(view: RunView, width: number): Line[][] {
  return [
    view.warnings.flatMap((warning) => row('WARNING', [piece(`generator: ${warning}`, 'warning')], width)),
    faultRows(view, width),
    row('load', loadItems(view), width),
    row('requests', requestItems(view), width),
    row('latency', latencyItems(view), width),
    errorRows(view, width),
    curveRows(view, width, labelWidth),
    seriesRows(view, width),
  ];
}

function titleRows({ title, variant, place, left }: RunView, width: number): Line[] {
  const name = [piece(title, 'strong'), piece(` · ${variant}`)];
  if (place === null) return [name];
  const items = [
    piece(place.what),
    piece(`${place.runsDone} of ${place.runs} runs done`),
    ...(left === null ? [] : [piece(leftWords(left))]),
  ];
  const last = place.last === null ? [] : row('last run', [piece(place.last)], width);
  return [name, ...row('', items, width, 0), ...last];
}

function phaseRow(view: RunView, width: number): Line[] {
  const { elapsedMicros, plannedMicros, stage } = view;
  const words = piece(phaseWords(view), phaseStyle(view));
  if (stage === 'starting') return row('', [words, piece(formatClock(elapsedMicros), 'faint')], width, 0);
  const clock = `  ${formatClock(elapsedMicros)} of ${formatClock(plannedMicros)}`;
  const room = width - lineWidth([words]) - 2 - clock.length;
  if (room < 8) return row('', [words, piece(clock.trim())], width, 0);
  const { full, rest } = bar(elapsedMicros / Math.max(1, plannedMicros), Math.min(room, 60));
  return [[words, piece('  '), piece(full), piece(rest, 'faint'), piece(clock)]];
}

const phaseStyle = ({ stage, active }: RunView): Style =>
  stage === 'stopping' || active.length > 0 ? 'warning' : 'strong';

function faultRows({ active, next }: RunView, width: number): Line[] {
  const now = active.flatMap(({ id, what, leftMicros }) =>
    row('FAULT', [piece(`${id}: ${what}`, 'warning'), piece(`${formatClock(leftMicros)} left`)], width),
  );
  const later =
    next === null
      ? []
      : row('next', [piece(`${next.id}: ${next.what} in ${formatClock(next.leftMicros)}`, 'faint')], width);
  return [...now, ...later];
}

function loadItems({ pace }: RunView): Piece[] {
  const { scheduledUsers, users, inFlight } = pace;
  return [
    piece(begunWords(pace), pace.belowSchedule ? 'warning' : 'plain'),
    ...(scheduledUsers === null ? [] : [piece(`users ${users} of ${scheduledUsers}`)]),
    piece(`in flight ${inFlight}`),
    ...(['waiting', 'dropped', 'unsent'] as const).flatMap((name) =>
      pace[name] > 0 ? [piece(`${name} ${pace[name]}`, name === 'waiting' ? 'warning' : 'bad')] : [],
    ),
  ];
}

function requestItems({ rate, done }: RunView): Piece[] {
  if (rate === null) return [piece('none has ended yet', 'faint')];
  return [
    piece(`done ${formatRate(rate.donePerSecond)}`),
    piece(`ok ${formatRate(rate.okPerSecond)}`),
    badPiece(rate),
    piece(`last ${formatClock(rate.overMicros)}, ${done} in all`, 'faint'),
  ];
}

const badPiece = ({ badShare }: RateView): Piece =>
  piece(`bad ${formatBad(badShare)}`, (badShare ?? 0) > 0 ? 'bad' : 'plain');

function latencyItems({ latency }: RunView): Piece[] {
  if (latency === null) return [piece('–', 'faint')];
  const items = (['p50', 'p95', 'p99'] as const).map((name) => {
    const value = latency[name];
    return piece(`${name} ${formatRanked(value)}`, value?.atLeast === true ? 'bad' : 'plain');
  });
  const slowest = piece(`slowest ok ${formatSlowest(latency)}`);
  return [...items, slowest, piece(`last ${formatClock(latency.overMicros)}`, 'faint')];
}

function errorRows({ bad, done, errors }: RunView, width: number): Line[] {
  if (bad === 0) return [];
  return row('errors', [piece(`${bad} of ${done}: ${errorWords(errors)}`, 'bad')], width);
}
