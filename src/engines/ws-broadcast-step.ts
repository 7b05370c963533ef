// `broadcast:` of a `ws: send` step: as written in scenario files, and as plain data with its defaults filled in.

import { z } from 'zod';
import type { JsonCheck } from './step-input.ts';
import { jsonChecksInput, jsonPathProblem, timeoutInput } from './step-input.ts';

export interface BroadcastSpec {
  /** Which received messages are broadcasts; fixed values, no templates. */
  readonly match: readonly JsonCheck[];
  /** JSONPaths of a message's identity, in what is sent and in what subscribers receive. */
  readonly sentId: string;
  readonly receivedId: string;
  /** Steps after whose success a socket is a subscriber; empty as written = to be found (scenario/broadcast-joined.ts). */
  readonly joined: readonly string[];
  /** What arrives later than this after the sending counts as missing. */
  readonly timeoutMicros: number;
  /** Is the socket that sends expected to get its own message? */
  readonly self: boolean;
}

const pathInput = z.string({ error: 'expected a JSONPath such as "$.id"' }).superRefine((path, context) => {
  const problem = jsonPathProblem(path);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const idInput = z.union([
  pathInput,
  z.strictObject({
    sent: pathInput.describe('JSONPath of the identity in what is sent; `$` = the whole of a text.'),
    received: pathInput.describe('JSONPath of the identity in what subscribers receive.'),
  }),
]);

const stepName = z.string().min(1);

export const broadcastInput = z
  .strictObject({
    match: jsonChecksInput.describe('Which received messages are broadcasts: JSONPaths with fixed values.'),
    id: idInput.describe('Where a message’s identity stands, in what is sent and in what is received.'),
    joined: z
      .union([stepName, z.array(stepName).min(1)], {
        error: 'expected the name of a step, or a list of them',
      })
      .optional()
      .describe(
        'Steps after whose success a socket is a subscriber; default: the step before on this socket.',
      ),
    timeout: timeoutInput.prefault('5s').describe('Copies that come later count as missing; default: 5s.'),
    self: z.boolean().optional().describe('Is a copy expected on the sending socket, too? Default: true.'),
  })
  .transform((written): BroadcastSpec => ({
    match: written.match,
    sentId: typeof written.id === 'string' ? written.id : written.id.sent,
    receivedId: typeof written.id === 'string' ? written.id : written.id.received,
    joined: typeof written.joined === 'string' ? [written.joined] : (written.joined ?? []),
    timeoutMicros: written.timeout,
    self: written.self ?? true,
  }));
