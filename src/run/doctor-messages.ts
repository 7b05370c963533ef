// What the doctor and its threads say to each other: plain data.

import type { TimerError } from './doctor-timer.ts';

/** What the server did: when each request arrived (machine's clock) and how long its answer took, from byte to byte. */
export interface Answers {
  readonly atMicros: Float64Array;
  readonly tookMicros: Float64Array;
}

export type ToDoctorThread =
  | { readonly type: 'time'; readonly forMicros: number }
  /** Tell what was answered since the last report. */
  | { readonly type: 'report' };

export type FromDoctorThread =
  | { readonly type: 'timed'; readonly error: TimerError }
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'report'; readonly answers: Answers }
  | { readonly type: 'error'; readonly message: string };
