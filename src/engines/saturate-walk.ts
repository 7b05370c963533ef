// What one saturating connection has got through: steps in order, iterations, and the samples both come to.

import type { Sample } from '../measure/outcome.ts';
import type { ExampleMaker } from './examples.ts';
import type { Failure } from './failures.ts';

/** One step of the flow, as far as it can be known before anything is sent. */
export interface SaturateStep {
  readonly series: string;
  readonly method: string;
  readonly path: string;
  readonly timeoutMicros: number;
  /** Limit of opening a connection for it, within the timeout; null = none. */
  readonly connectTimeoutMicros: number | null;
  /** False = a connection of its own, closed after the answer. */
  readonly keepAlive: boolean;
  /** null = 200–399. */
  readonly statuses: readonly number[] | null;
  readonly onError: 'stop' | 'continue';
}

/** Where samples go; all connections of one crowd share it. */
export interface WalkPorts {
  /** `flow:<name>` */
  readonly series: string;
  readonly steps: readonly SaturateStep[];
  readonly examples: ExampleMaker;
  onSample(sample: Sample): void;
  onSkipped(series: string, atMicros: number, times: number): void;
  /** An iteration began, or ended. */
  onIteration(what: 'began' | 'ended'): void;
}

/** What became of one request. */
export interface Outcome {
  readonly startedAtMicros: number;
  readonly endedAtMicros: number;
  /** null = answered well. */
  readonly failure: Failure | null;
  /** Cut off at the end of the run. */
  readonly censored: boolean;
  readonly answered: boolean;
  /** 0 = the head of an answer never came. */
  readonly status: number;
  readonly bytes: number;
  readonly connectMicros: number | undefined;
  readonly dnsMicros: number | undefined;
  readonly tlsMicros: number | undefined;
  readonly firstByteMicros: number | undefined;
  /** The beginning of a bad answer's body. */
  readonly excerpt: string;
}

/** Stands before `step` at any time; an iteration is open from its first request to its last sample. */
export class SaturateWalk {
  readonly #ports: WalkPorts;
  #index = 0;
  #open = false;
  #startedAtMicros = 0;
  #error: Sample['error'] = null;
  #example: string | undefined;
  #answered = true;

  constructor(ports: WalkPorts) {
    this.#ports = ports;
  }

  /** An iteration has begun and is not through. */
  get isOpen(): boolean {
    return this.#open;
  }

  get index(): number {
    return this.#index;
  }

  get step(): SaturateStep {
    const step = this.#ports.steps[this.#index];
    if (step === undefined) throw new Error('a flow without steps cannot saturate');
    return step;
  }

  /** The request of `step` is about to be sent. */
  begin(atMicros: number): void {
    if (this.#open) return;
    this.#open = true;
    this.#startedAtMicros = atMicros;
    this.#error = null;
    this.#example = undefined;
    this.#answered = true;
    this.#ports.onIteration('began');
  }

  /** The request of `step` has ended; moves on, as `onError` says. */
  end(outcome: Outcome): void {
    const { step } = this;
    const sample = this.#sample(step, outcome);
    this.#ports.onSample(sample);
    if (!sample.answered) this.#answered = false;
    this.#index += 1;
    if (outcome.censored) {
      this.#close(outcome.endedAtMicros, true);
      return;
    }
    if (sample.error !== null) {
      this.#error ??= sample.error;
      this.#example ??= `${sample.series}: ${sample.example ?? sample.error}`;
    }
    const isOver = this.#index === this.#ports.steps.length;
    if (isOver || (sample.error !== null && step.onError === 'stop'))
      this.#close(outcome.endedAtMicros, false);
  }

  /** Cut off between two requests: the rest is skipped, the iteration censored. */
  cutOff(atMicros: number): void {
    if (!this.#open) return;
    this.#answered = false;
    this.#close(atMicros, true);
  }

  #close(atMicros: number, censored: boolean): void {
    const { steps, series } = this.#ports;
    for (const { series: skipped } of steps.slice(this.#index)) this.#ports.onSkipped(skipped, atMicros, 1);
    this.#ports.onSample({
      series,
      dueAtMicros: null,
      startedAtMicros: this.#startedAtMicros,
      endedAtMicros: atMicros,
      error: censored ? 'timeout' : this.#error,
      answered: this.#answered,
      bytes: 0,
      ...(censored && { censored: true }),
      ...(this.#example !== undefined && { example: this.#example }),
    });
    this.#index = 0;
    this.#open = false;
    this.#ports.onIteration('ended');
  }

  #sample({ series, method, path }: SaturateStep, outcome: Outcome): Sample {
    const { failure, status, connectMicros, dnsMicros, tlsMicros, firstByteMicros } = outcome;
    const example =
      failure === null
        ? undefined
        : this.#ports.examples(series, failure.error, () => {
            const body = outcome.excerpt === '' ? '' : `: ${outcome.excerpt}`;
            return `${method} ${path} → ${failure.detail}${body}`;
          });
    return {
      series,
      dueAtMicros: null,
      startedAtMicros: outcome.startedAtMicros,
      endedAtMicros: outcome.endedAtMicros,
      error: failure?.error ?? null,
      answered: outcome.answered,
      bytes: outcome.bytes,
      ...(status > 0 && { status: String(status) }),
      ...(connectMicros !== undefined && { connectMicros }),
      ...(dnsMicros !== undefined && { dnsMicros }),
      ...(tlsMicros !== undefined && { tlsMicros }),
      ...(firstByteMicros !== undefined && { firstByteMicros }),
      ...(outcome.censored && { censored: true }),
      ...(failure?.code !== undefined && { code: failure.code }),
      ...(example !== undefined && { example }),
    };
  }
}
