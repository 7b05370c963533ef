// How a load thread watches itself: lag, event loop, CPU and garbage collection, second by second.

import type { EventLoopUtilization, IntervalHistogram } from 'node:perf_hooks';
import { monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import type { SecondHealth } from './health.ts';
import { createHistogram, recordMicros, valueAtRank } from './histogram.ts';
import { rankOf } from './quantile.ts';

const resolutionMs = 10;

/** Owns the thread's monitors between `start` and `stop`; `second` closes one second and begins the next. */
export class ThreadProbe {
  readonly #lag = createHistogram();
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #observer: PerformanceObserver;
  readonly #spunMicros: () => number;
  #utilization: EventLoopUtilization | undefined;
  #spunBeforeMicros = 0;
  #gcMs = 0;
  #due = 0;
  #exhausted = 0;

  /** `spunMicros` = running total of deliberate spinning in this thread. */
  constructor(spunMicros: () => number) {
    this.#spunMicros = spunMicros;
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#gcMs += entry.duration;
    });
  }

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#loopDelay.enable();
    this.forget();
  }

  /** Begins a second: everything measured so far is forgotten. */
  forget(): void {
    this.#reset(performance.eventLoopUtilization());
  }

  /** Something due was started this late, for Mettle's own reasons. */
  started(lagMicros: number): void {
    this.#due += 1;
    recordMicros(this.#lag, lagMicros);
  }

  /** The system refused a descriptor or a port. */
  exhausted(): void {
    this.#exhausted += 1;
  }

  /** Closes the second that began at `startMicros`; `behind` = due and not started, for Mettle's own reasons. */
  second(startMicros: number, behind: number): SecondHealth {
    const now = performance.eventLoopUtilization();
    const passed = performance.eventLoopUtilization(now, this.#utilization);
    const elapsedMs = passed.idle + passed.active;
    const spunMs = (this.#spunMicros() - this.#spunBeforeMicros) / 1000;
    const lags = this.#lag.totalCount;
    const health: SecondHealth = {
      startMicros,
      lagP99Micros: lags === 0 ? null : valueAtRank(this.#lag, rankOf(0.99, lags)),
      due: this.#due + behind,
      behind,
      loopDelayP99Micros: Math.max(0, this.#loopDelay.percentile(99) / 1000 - resolutionMs * 1000),
      busyShare: elapsedMs > 0 ? Math.max(0, passed.active - spunMs) / elapsedMs : null,
      gcShare: elapsedMs > 0 ? this.#gcMs / elapsedMs : null,
      stealShare: null,
      descriptorShare: null,
      exhausted: this.#exhausted,
    };
    this.#reset(now);
    return health;
  }

  stop(): void {
    this.#observer.disconnect();
    this.#loopDelay.disable();
  }

  #reset(now: EventLoopUtilization): void {
    this.#utilization = now;
    this.#spunBeforeMicros = this.#spunMicros();
    this.#lag.reset();
    this.#loopDelay.reset();
    this.#gcMs = 0;
    this.#due = 0;
    this.#exhausted = 0;
  }
}
