// Tells people how a run goes: views for a live display several times a second, or a plain line every few seconds.

import { type Clock, systemClock } from '../kernel/clock.ts';
import { microsToSeconds } from '../kernel/units.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import type { Scenario, ScheduledFault } from '../scenario/scenario.ts';
import { progressLine } from './live-lines.ts';
import type { LiveView, RunPlace, RunView } from './live-view.ts';
import { RunModel } from './run-model.ts';

/** Where progress goes. */
export interface ProgressOutput {
  /** One line for people at a time. */
  readonly progress: (line: string) => void;
  /** Shows the run in place; then only what is remarkable is a line. Without one there is a line every few seconds. */
  readonly live?: LiveView | undefined;
}

export interface RunProgress {
  /** On the machine's clock; may lie ahead. */
  started(startAtMicros: number): void;
  add(snapshot: Snapshot): void;
  /** From the start of the load. */
  faultBegan(fault: ScheduledFault, effectAtMicros: number): void;
  /** null = it could not be undone. */
  faultEnded(fault: ScheduledFault, clearedAtMicros: number | null): void;
  /** Interrupted: undoing and stopping. */
  stopping(): void;
  /** Nothing is shown from here on. */
  close(): void;
}

export interface ProgressSetup extends ProgressOutput {
  readonly scenario: Scenario;
  readonly variant: string;
  readonly place: RunPlace | null;
  readonly clock?: Clock;
  /** Calls `act` again and again; returns how to end that. Default: a timer that keeps no process alive. */
  readonly every?: (periodMicros: number, act: () => void) => () => void;
}

const showEveryMicros = 250_000;
/** The first line comes as soon as latencies can be in it; a verification is long enough for fewer of them. */
const firstLineMicros = 600_000;
const lineEveryMicros = 2_000_000;
const lineEveryInManyMicros = 10_000_000;
/** After a whole second the threads need a moment to tell it. */
const tellingMicros = 200_000;

export function createProgress(setup: ProgressSetup): RunProgress {
  const { scenario, variant, place, progress, live } = setup;
  const clock = setup.clock ?? systemClock;
  const model = new RunModel({ scenario, variant, place, createdAtMicros: clock.nowMicros() });
  const showView = live === undefined ? lines(setup) : (view: RunView) => live.show(view);
  const show = (): void => showView(model.view(clock.nowMicros()));
  const stop = (setup.every ?? onTimer)(showEveryMicros, show);
  show();
  const say = (micros: number, line: string): void =>
    progress(`${variant}  ${microsToSeconds(micros).toFixed(1)}s  ${line}`);
  return {
    started: (startAtMicros) => model.started(startAtMicros),
    add: (snapshot) => {
      for (const line of model.add(snapshot)) say(snapshot.atMicros, line);
    },
    faultBegan: (fault, effectAtMicros) => {
      model.faultBegan(fault, effectAtMicros);
      say(effectAtMicros, `fault ${fault.id} took effect: ${fault.fault.kind} on ${fault.on}`);
    },
    faultEnded: (fault, clearedAtMicros) => {
      if (clearedAtMicros === null) progress(`${variant}  fault ${fault.id} could NOT be undone`);
      else {
        model.faultEnded(fault.id, clearedAtMicros);
        say(clearedAtMicros, `fault ${fault.id} ended`);
      }
    },
    stopping: () => {
      model.stopping();
      show();
    },
    close: () => {
      stop();
      model.close();
      live?.clear();
    },
  };
}

/** Turns views that come all the time into a line now and then. */
function lines({ place, progress }: ProgressSetup): (view: RunView) => void {
  const everyMicros = place === null ? lineEveryMicros : lineEveryInManyMicros;
  let nextMicros = firstLineMicros;
  return (view) => {
    if (view.stage === 'starting' || view.elapsedMicros < nextMicros) return;
    progress(progressLine(view));
    nextMicros = (Math.floor(view.elapsedMicros / everyMicros) + 1) * everyMicros + tellingMicros;
  };
}

function onTimer(periodMicros: number, act: () => void): () => void {
  const timer = setInterval(act, periodMicros / 1_000);
  timer.unref();
  return () => clearInterval(timer);
}
