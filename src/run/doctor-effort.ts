// How much time a check-up takes, and gives: the full one by hand, the short one before a run.

/** How much time a check-up takes. */
export interface Effort {
  readonly timerMicros: number;
  readonly timerRepeats: number;
  /** Of each load, before it counts: code is compiled, connections are opened. */
  readonly warmupMicros: number;
  /** Each window gives one estimate. */
  readonly windowMicros: number;
  readonly windows: number;
}

/** About nine seconds; medians of three. */
export const fullEffort: Effort = {
  timerMicros: 300_000,
  timerRepeats: 3,
  warmupMicros: 500_000,
  windowMicros: 1_000_000,
  windows: 3,
};

/** Some two to three seconds with the threads’ start; everything once. */
export const shortEffort: Effort = {
  timerMicros: 200_000,
  timerRepeats: 1,
  warmupMicros: 150_000,
  windowMicros: 400_000,
  windows: 1,
};
