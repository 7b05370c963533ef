// The stretches of a run that its charts mark: the warm-up and the faults. How long recovery took is on the timeline.

import type { RunData } from '../record/data.ts';
import { occurrenceName } from '../record/fault-name.ts';
import { formatDuration } from '../kernel/units.ts';
import type { Chart } from './charts/figure.ts';
import type { TimeWindow } from './charts/frame.ts';
import { timeline, type TimelineRow } from './charts/timeline.ts';
import { endOf } from './windows.ts';

/** Windows and events on the time axis of every chart, and where that axis ends. */
export function markedWindows(data: RunData): {
  windows: TimeWindow[];
  endMicros: number;
  events: number[];
} {
  const endMicros = endOf(data);
  const { warmupMicros } = data.run.load;
  const warmup = { label: 'warm-up', className: 'warmup', fromMicros: 0, toMicros: warmupMicros };
  const faults = data.run.faults.flatMap((fault): TimeWindow[] => {
    if (fault.effectAtMicros === null) return [];
    const toMicros = fault.clearedAtMicros ?? endMicros;
    return [{ label: occurrenceName(fault), className: 'fault', fromMicros: fault.effectAtMicros, toMicros }];
  });
  const windows = warmupMicros > 0 ? [warmup, ...faults] : faults;
  // What comes after the end of the axis stands at its end: numbers and rows of the table stay the same.
  const events = data.run.events.map(({ atMicros }) => Math.min(atMicros, endMicros));
  return { windows: windows.filter((window) => window.fromMicros < endMicros), endMicros, events };
}

/** One row for the load, one per fault with its recovery; null when there was no fault. */
export function runTimeline(data: RunData): Chart | null {
  const { run } = data;
  if (run.faults.length === 0) return null;
  const endMicros = endOf(data);
  const { warmupMicros, elapsedMicros } = run.load;
  const load: TimelineRow = {
    name: 'load',
    bars: [
      ...(warmupMicros > 0
        ? [{ className: 'warmup', what: 'warm-up', fromMicros: 0, toMicros: warmupMicros }]
        : []),
      { className: 'load', what: 'measured load', fromMicros: warmupMicros, toMicros: elapsedMicros },
    ],
  };
  const ids = [...new Set(run.faults.map(({ id }) => id))];
  const faults = ids.map((id): TimelineRow => {
    const effective = run.faults.flatMap(({ id: own, effectAtMicros, clearedAtMicros }) =>
      own === id && effectAtMicros !== null ? [{ effectAtMicros, clearedAtMicros }] : [],
    );
    if (effective.length === 0) return { name: `${id}: not injected`, bars: [] };
    const recovery = run.phases.filter((phase) => phase.name === `recovery:${id}`);
    const what = hasSteadyPromises(data) ? 'recovery' : 'after a fault';
    return {
      name: id,
      bars: [
        ...effective.map(({ effectAtMicros, clearedAtMicros }) => ({
          className: 'fault',
          what: 'fault in effect',
          fromMicros: effectAtMicros,
          toMicros: clearedAtMicros ?? endMicros,
        })),
        ...recovery.map((phase) => ({
          className: 'recovery',
          what,
          fromMicros: phase.startMicros,
          toMicros: Math.min(phase.endMicros, endMicros),
        })),
      ],
    };
  });
  return {
    ...timeline('timeline', 'What happened when', [load, ...faults], endMicros),
    note: noteOf(data, endMicros),
  };
}

function noteOf(data: RunData, endMicros: number): string {
  const end = formatDuration(endMicros);
  return hasSteadyPromises(data)
    ? `Recovery runs from the moment a fault was cleared until the steady promises held again, else to the end (${end}).${unrecovered(data)}`
    : `Without steady promises nobody can tell a recovery: what follows a fault reaches to the end (${end})${isSteadyToo(data) ? ' and counts as steady' : ''}.`;
}

/** Records of earlier versions leave it out of what is steady. */
function isSteadyToo({ run: { phases } }: RunData): boolean {
  const steady = phases.filter(({ name }) => name === 'steady');
  const recoveries = phases.filter(({ name }) => name.startsWith('recovery:'));
  return recoveries.some((one) =>
    steady.some(({ startMicros, endMicros }) => startMicros < one.endMicros && endMicros > one.startMicros),
  );
}

/** Without any that could be kept again the budgets of a fault are none; earlier records do not tell them. */
const hasSteadyPromises = ({ run }: RunData): boolean =>
  run.faults.every(({ impact }) => impact === undefined || impact.budget.length > 0);

/** A bar to the end does not say by itself that recovery was not reached. */
function unrecovered({ run }: RunData): string {
  const names = run.faults.filter(({ impact }) => impact?.recoveryAtLeast === true).map(occurrenceName);
  return names.length === 0 ? '' : ` Not recovered from: ${names.join(', ')}.`;
}
