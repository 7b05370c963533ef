// What the embedded proxy saw of attempts on a faulted link, and what follows from it; part of a fault's observation.
//
// An attempt is one turn of a connection: from the first data that the client sends until the first data that it gets.
// A figure that cannot be told is null, and the `reason` beside it says why. Times are from the start of the load.

import { z } from 'zod';

const micros = z.number();
const count = z.number().int().nonnegative();
const reason = z.string().nullable().describe('Why it cannot be told; null when it can.');

const delays = z
  .object({
    p50: micros.describe('Median.'),
    p99: micros.describe('99th percentile.'),
    count: count.describe('How many were measured.'),
  })
  .nullable();

const amplification = z.object({
  value: z.number().nullable().describe('Attempts per request during the fault over the same before it.'),
  during: z.number().nullable().describe('Attempts for each request that the load started during the fault.'),
  steady: z.number().nullable().describe('The same in the steady part of the 10 s before.'),
  requests: count.describe('Requests that the load started during the fault.'),
  reason,
});

const spacing = z.object({
  p50Micros: micros.nullable().describe('Median pause.'),
  p90Micros: micros.nullable().describe('90th percentile of the pauses.'),
  count: count.describe('How many pauses were measured.'),
  grows: z.boolean().nullable().describe('Later pauses are longer (back-off); null: too few to say.'),
  varies: z.boolean().nullable().describe('First pauses differ (jitter); null: too few to say.'),
  reason,
});

const hold = z.object({
  p50Micros: micros.nullable().describe('Median time until the client gave up.'),
  maxMicros: micros.nullable().describe('The longest.'),
  count: count.describe('How many attempts were given up.'),
  waitingMicros: micros.describe('The longest that nobody gave up: waiting at the end, or cut by the fault.'),
});

const silentStretch = z.object({
  fromMicros: micros.describe('When it began.'),
  forMicros: micros.describe('How long it lasted.'),
  ended: z.boolean().describe('False: it was not over when the fault was.'),
});

const silence = z.object({
  longestMicros: micros.nullable().describe('The longest silence; 0: there was none that shows.'),
  totalMicros: micros.nullable().describe('All of them.'),
  atLeast: z.boolean().describe('The longest was not over when the fault was.'),
  smallestMicros: micros
    .nullable()
    .describe('Shorter ones do not show: the steady rate gives fewer than 20.'),
  list: z.array(silentStretch).describe('The longest twenty, in order of time.'),
  probes: count.describe('Bursts of one to three attempts between two silences.'),
  openForMicros: micros.nullable().describe('Median length of the silences that an attempt ended.'),
  reason,
});

const stretch = z.object({
  fromMicros: micros.describe('When it began.'),
  toMicros: micros.describe('When it ended.'),
  attempts: count.describe('Attempts that began in it.'),
  answered: count.describe('Those of them that were answered.'),
});

/** total = answered + givenUp + serverEnded + cut + refused + open. */
export const attemptsSchema = z.object({
  fromMicros: micros.describe('From when on attempts were counted.'),
  untilMicros: micros.describe('Until when they were counted.'),
  complete: z.boolean().describe('False: only the last five minutes of the fault are known.'),
  total: count.describe('Attempts that began during the fault.'),
  answered: count.describe('The client got data.'),
  givenUp: count.describe('The client ended the connection before it got any.'),
  serverEnded: count.describe('The server did.'),
  cut: count.describe('The fault did.'),
  refused: count.nullable().describe('Turned away by the fault; null: some could not be seen.'),
  open: count.describe('Not ended when the fault was cleared.'),
  withoutData: count.describe('Connections closed without a byte from the client; not in the total.'),
  answerMicros: delays.describe('From the start of an attempt to its answer.'),
  connectionLifeMicros: delays.describe('How long connections were open that closed during the fault.'),
  amplification: amplification.describe('How many more attempts each request made.'),
  spacing: spacing.describe('Pauses from a failed attempt to the next one of the same request.'),
  hold: hold.describe('How long the client waited before it gave up: its real timeout.'),
  silence: silence.describe('Times with no attempt begun and none pending, where many were called for.'),
  timeline: z.array(stretch).describe('From 10 s before the fault; stretches without attempts are left out.'),
});

export type AttemptsRecord = z.infer<typeof attemptsSchema>;
