// A running load as one picture: fed by snapshots and faults, asked for a view of any moment. Pure but for what it is told.

import { microsToSeconds } from '../kernel/units.ts';
import type { Snapshot } from '../measure/snapshot.ts';
import { occurrencesOf } from '../scenario/occurrences.ts';
import type { Scenario, ScheduledFault } from '../scenario/scenario.ts';
import { LiveGenerator } from './live-generator.ts';
import { LivePace } from './live-pace.ts';
import { LivePhases, type LiveRecovery } from './live-phases.ts';
import { pointOf, type Recent, recentOf, type TimeoutOf } from './live-recent.ts';
import { LiveSeconds } from './live-seconds.ts';
import type { RunPlace, RunView, SecondView } from './live-view.ts';
import { leftOf } from './live-words.ts';
import { seriesOf } from './series-info.ts';
import { promiseTexts, tightestPromiseMicros } from './steady.ts';

const historySeconds = 60;
const defaultTimeoutMicros = 30_000_000;

export interface RunModelSetup {
  readonly scenario: Scenario;
  readonly variant: string;
  readonly place: RunPlace | null;
  /** On the machine's clock: when the run began to be prepared. */
  readonly createdAtMicros: number;
}

/** Times it is told are from the start of the load; `view` is asked in times of the machine's clock. */
export class RunModel {
  readonly #setup: RunModelSetup;
  readonly #seconds = new LiveSeconds();
  readonly #pace: LivePace;
  readonly #phases: LivePhases;
  readonly #generator: LiveGenerator;
  readonly #timeoutOf: TimeoutOf;
  #recent: Recent = { rate: null, latency: null, series: [] };
  #history: SecondView[] = [];
  #startAtMicros: number | null = null;
  #stopping = false;

  constructor(setup: RunModelSetup) {
    const { scenario } = setup;
    this.#setup = setup;
    this.#pace = new LivePace(scenario.load);
    const promises = promiseTexts(scenario.slo);
    this.#phases = new LivePhases({
      chaos: occurrencesOf(scenario),
      warmupMicros: scenario.warmupMicros,
      durationMicros: scenario.durationMicros,
      promises,
    });
    this.#generator = new LiveGenerator({
      tightestPromiseMicros: tightestPromiseMicros(scenario.slo),
      saturates: scenario.load.some(({ model }) => model === 'saturate'),
    });
    const timeouts = new Map(seriesOf(scenario).map(({ name, timeoutMicros }) => [name, timeoutMicros]));
    this.#timeoutOf = (series) => timeouts.get(series) ?? defaultTimeoutMicros;
  }

  /** On the machine's clock. */
  started(startAtMicros: number): void {
    this.#startAtMicros = startAtMicros;
  }

  stopping(): void {
    this.#stopping = true;
  }

  /** Returns what is worth a line of its own. */
  add(snapshot: Snapshot): string[] {
    this.#pace.add(snapshot);
    if (this.#seconds.add(snapshot)) this.#look();
    const warning = this.#generator.add(snapshot);
    const recovered = this.#phases.add(snapshot).map(recoveryWords);
    return warning === null ? recovered : [warning, ...recovered];
  }

  faultBegan(fault: ScheduledFault, effectAtMicros: number): void {
    this.#phases.begun(fault, effectAtMicros);
  }

  faultEnded(id: string, clearedAtMicros: number): void {
    this.#phases.ended(id, clearedAtMicros);
  }

  /** Lets go of what waits on disk. */
  close(): void {
    this.#phases.close();
  }

  view(nowMicros: number): RunView {
    const { scenario, variant, place, createdAtMicros } = this.#setup;
    const { totals } = this.#seconds;
    const began = this.#startAtMicros !== null && nowMicros >= this.#startAtMicros;
    const elapsedMicros = Math.max(0, nowMicros - (this.#startAtMicros ?? createdAtMicros));
    const ended = totals.offered;
    return {
      title: scenario.name,
      variant,
      place,
      stage: this.#stageOf(began, elapsedMicros),
      phases: began ? this.#phases.names(elapsedMicros) : [],
      elapsedMicros,
      plannedMicros: scenario.durationMicros,
      left: place === null ? null : leftOf(place, scenario.durationMicros, nowMicros - createdAtMicros),
      pace: this.#pace.view(),
      ...this.#recent,
      done: ended,
      bad: ended - totals.ok,
      errors: totals.errors,
      active: began ? this.#phases.active(elapsedMicros) : [],
      next: began && !this.#stopping ? this.#phases.next(elapsedMicros) : null,
      warnings:
        began && elapsedMicros < scenario.durationMicros ? this.#generator.warnings(elapsedMicros) : [],
      history: this.#history,
    };
  }

  #stageOf(began: boolean, elapsedMicros: number): RunView['stage'] {
    if (this.#stopping) return 'stopping';
    if (!began) return 'starting';
    return elapsedMicros < this.#setup.scenario.durationMicros ? 'load' : 'draining';
  }

  /** Once for each report of a thread, not for each view. */
  #look(): void {
    const seconds = this.#seconds.complete();
    this.#recent = recentOf(seconds, this.#timeoutOf);
    const newest = seconds.slice(-2).map((second) => pointOf(second, this.#timeoutOf));
    const older = this.#history.filter(({ second }) => newest.every((point) => point.second !== second));
    this.#history = [...older, ...newest].slice(-historySeconds);
  }
}

function recoveryWords({ id, tookMicros, impact }: LiveRecovery): string {
  if (!impact) return `the promises held through fault ${id}`;
  return tookMicros === 0
    ? `the promises hold again since fault ${id} ended`
    : `the promises hold again since ${microsToSeconds(tookMicros).toFixed(1)}s after fault ${id} ended`;
}
