// One thread's share of a saturating load: its connections ready before the start, sending until the end, drained, or cut.

import type { Crowd, Saturator } from '../engines/saturate.ts';
import type { HttpStep } from '../engines/http-step.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Sample } from '../measure/outcome.ts';
import type { Progress } from '../measure/snapshot.ts';
import type { Flow, SaturateEntry } from '../scenario/scenario.ts';

export interface SaturatePorts {
  /** Undefined in a thread that was not told that something saturates. */
  readonly saturator?: Saturator | undefined;
  readonly clock: Clock;
  /** Aborted = begin nothing more. */
  readonly stop: AbortSignal;
  /** Aborted = cut off what is in flight. */
  readonly cut: AbortSignal;
  onSample(sample: Sample): void;
  onSkipped(series: string, atMicros: number, times: number): void;
}

export interface SaturateShare {
  /** With the connections of this thread. */
  readonly entry: SaturateEntry;
  readonly flow: Flow;
  /** How long the iterations that are open at the end may take. */
  readonly gracefulStopMicros: number;
  readonly progress: Progress;
}

/** Sends from `startAtMicros` on; resolves when nothing is in flight, with the moment at which it had nothing more to offer. */
export type SaturateRun = (startAtMicros: number) => Promise<number>;

/** Builds requests and connections' clients, none open yet. Throws MettleError for what cannot be sent. */
export function prepareSaturate(share: SaturateShare, ports: SaturatePorts): SaturateRun {
  const { saturator } = ports;
  if (saturator === undefined) throw new Error('a load that saturates needs its engine loaded first');
  const { entry, flow, progress } = share;
  const crowd = saturator.prepare(
    { series: `flow:${flow.name}`, steps: httpSteps(flow), connections: entry.connections },
    {
      onSample: (sample) => ports.onSample(sample),
      onSkipped: (...skipped) => ports.onSkipped(...skipped),
      onIteration: (what) => count(progress, what),
    },
  );
  return (startAtMicros) => run(crowd, share, ports, startAtMicros);
}

async function run(
  crowd: Crowd,
  { entry, gracefulStopMicros, progress }: SaturateShare,
  { clock, stop, cut }: SaturatePorts,
  startAtMicros: number,
): Promise<number> {
  const endAtMicros = startAtMicros + entry.forMicros;
  const idle = new AbortController();
  const cutOff = (): void => crowd.cut();
  cut.addEventListener('abort', cutOff, { once: true });
  try {
    await clock.sleepUntil(startAtMicros, stop);
    progress.users += entry.connections;
    if (!stop.aborted) {
      await crowd.begin(endAtMicros);
      await clock.sleepUntil(endAtMicros, stop);
    }
    const endedAtMicros = Math.min(clock.nowMicros(), endAtMicros);
    crowd.end();
    void clock.sleepUntil(endAtMicros + gracefulStopMicros, idle.signal).then(cutOff);
    await crowd.idle;
    progress.users -= entry.connections;
    return endedAtMicros;
  } finally {
    idle.abort();
    cut.removeEventListener('abort', cutOff);
  }
}

function count(progress: Progress, what: 'began' | 'ended'): void {
  if (what === 'began') {
    progress.offered += 1;
    progress.started += 1;
    progress.inFlight += 1;
  } else {
    progress.inFlight -= 1;
    progress.finished += 1;
  }
}

/** The scenario was checked: nothing else can stand there. */
function httpSteps({ name, steps }: Flow): HttpStep[] {
  return steps.map((step) => {
    if (step.kind !== 'http') throw new Error(`a ${step.kind} step cannot saturate (flow ${name})`);
    return step;
  });
}
