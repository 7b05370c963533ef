// CPU, memory, threads and open files of the target's processes and containers, on the time axis of the load.

import type { RunData } from '../record/data.ts';
import { formatShare, formatSize } from '../kernel/units.ts';
import { type Look, type Watched, watchedIn } from '../slo/observed.ts';
import { standing, type Stood } from '../slo/looks.ts';
import type { Chart } from './charts/figure.ts';
import { type LineChart, lineChart, type TimeLine, type TimePoint } from './charts/lines.ts';
import { markedWindows } from './run-windows.ts';

const mebibyte = 1_048_576;
const mostPoints = 150;
/** More lines than there are patterns to tell them apart by. */
const mostLines = 6;

type Pick = (look: Look) => number | null;

/** What is on the axis: looks from before the load and after its last answers are in the record only. */
function shownOf(watched: Watched, pick: Pick, endMicros: number): Stood[] {
  return standing(watched.looks, pick)
    .filter((look) => look.endMicros >= 0 && look.startMicros < endMicros)
    .map((look) => ({
      ...look,
      startMicros: Math.max(0, look.startMicros),
      endMicros: Math.min(look.endMicros, endMicros),
    }));
}

/** Looks that follow each other without a gap, up to so many. */
function groupsOf(shown: readonly Stood[], size: number): Stood[][] {
  return shown.reduce<Stood[][]>((groups, look) => {
    const group = groups.at(-1);
    const goesOn = group?.at(-1)?.endMicros === look.startMicros;
    if (group !== undefined && goesOn && group.length < size) group.push(look);
    else groups.push([look]);
    return groups;
  }, []);
}

/** Long runs: the highest of adjacent looks, said in the note. While there was nothing to look at there is no line. */
function pointsOf(shown: readonly Stood[]): TimePoint[] {
  const groups = groupsOf(shown, Math.max(1, Math.ceil(shown.length / mostPoints)));
  let reachedMicros = 0;
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const gap = { fromMicros: reachedMicros, toMicros: first.startMicros, y: null };
    reachedMicros = last.endMicros;
    const y = Math.max(...group.map(({ value }) => value));
    const point = { fromMicros: first.startMicros, toMicros: last.endMicros, y };
    return gap.toMicros > gap.fromMicros && gap.fromMicros > 0 ? [gap, point] : [point];
  });
}

interface Drawn {
  readonly name: string;
  readonly watched: Watched;
  readonly pick: Pick;
}

/** Nothing where none of them shows it. */
function linesOf(drawn: readonly Drawn[], endMicros: number): TimeLine[] {
  return drawn.flatMap(({ name, watched, pick }, index) => {
    const points = pointsOf(shownOf(watched, pick, endMicros));
    return points.length === 0 ? [] : [{ name, className: `s${(index % mostLines) + 1}`, points }];
  });
}

const nameOf = ({ name, isContainer }: Watched): string =>
  isContainer ? name.replace(/^container:/, '') : name;

const each = (all: readonly Watched[], pick: Pick): Drawn[] =>
  all.map((watched) => ({ name: nameOf(watched), watched, pick }));

const held: readonly (readonly [string, Pick])[] = [
  ['threads', ({ threads }) => threads],
  ['open files', ({ openFiles }) => openFiles],
  ['sockets', ({ sockets }) => sockets],
];

function merged(all: readonly Watched[], more: readonly string[] = []): { note?: string } {
  const highest = all.some(({ looks }) => looks.length > mostPoints)
    ? ['Each point is the highest of several samples.']
    : [];
  const words = [...highest, ...more];
  return words.length === 0 ? {} : { note: words.join(' ') };
}

/** Empty when nothing was observed. */
export function targetCharts(data: RunData): Chart[] {
  const all = watchedIn(data.run);
  const marks = markedWindows(data);
  const common = { ...merged(all), ...marks, scale: 'linear' } as const;
  const both = all.some(({ isContainer }) => isContainer);
  const whose = both ? 'each process tree and container' : 'each process tree';
  const lines = (pick: Pick): TimeLine[] => linesOf(each(all, pick), marks.endMicros);
  const charts: LineChart[] = [
    {
      ...common,
      id: 'cpu',
      title: 'CPU of the target',
      description: `CPU of ${whose} of the target; 100% is one core.`,
      lines: lines(({ cpuShare }) => cpuShare),
      yLabel: 'share of one core',
      format: formatShare,
    },
    {
      ...common,
      id: 'memory',
      title: 'Memory of the target',
      description: `${both ? 'Memory' : 'Resident memory'} of ${whose} of the target.`,
      lines: lines(({ memoryBytes }) => memoryBytes),
      tickUnit: mebibyte,
      yLabel: both ? 'memory' : 'resident memory',
      format: formatSize,
    },
    heldChart(data, all),
  ];
  return charts.filter((chart) => chart.lines.length > 0).map(lineChart);
}

/** What processes hold besides memory; no line when no look shows any of it. */
function heldChart(data: RunData, all: readonly Watched[]): LineChart {
  const marks = markedWindows(data);
  const drawn = all.flatMap((watched) =>
    held.flatMap(([what, pick]) =>
      watched.looks.some((look) => pick(look) !== null)
        ? [{ name: `${nameOf(watched)}: ${what}`, watched, pick }]
        : [],
    ),
  );
  // Whole processes only, so that what is compared is all there.
  const shown = drawn.filter(({ watched }, index) => {
    const last = drawn.findLastIndex((other) => other.watched === watched);
    return index < mostLines && last < mostLines;
  });
  const left = [
    ...new Set(drawn.filter((one) => !shown.includes(one)).map(({ watched }) => nameOf(watched))),
  ];
  return {
    id: 'held',
    title: 'Threads, open files and sockets of the target',
    description:
      'How many threads, open files and, among these, sockets each process tree of the target has.',
    ...merged(all, left.length === 0 ? [] : [`In run.json only: ${left.join(', ')}.`]),
    ...marks,
    lines: linesOf(shown, marks.endMicros),
    scale: 'linear',
    yLabel: 'count',
    format: (value) => `${Math.round(value)}`,
  };
}
