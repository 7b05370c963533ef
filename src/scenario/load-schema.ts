// The load as written: stages of arrivals (open model) or of users (closed model), one entry per flow.

import { z } from 'zod';
import { rateInput, spanInput, usersInput } from './quantities.ts';
import type { LoadEntry, RateStage, UserStage } from './scenario.ts';

const defaultMaxInFlight = 1000;

const rateStage = z
  .strictObject({
    rate: rateInput.describe('Arrivals: a rate (`50/s`), or a ramp (`5/s -> 40/s`).'),
    for: spanInput.describe('How long this stage lasts.'),
    spacing: z.enum(['even', 'poisson']).optional().describe('Spacing of arrivals; default: even.'),
  })
  .transform((stage): RateStage => ({
    ...stage.rate,
    forMicros: stage.for,
    spacing: stage.spacing ?? 'even',
  }));

const userStage = z
  .strictObject({
    users: usersInput.describe('Virtual users: a number (`50`), or a ramp (`0 -> 50`).'),
    for: spanInput.describe('How long this stage lasts.'),
  })
  .transform((stage): UserStage => ({ ...stage.users, forMicros: stage.for }));

const entry = z.strictObject({
  flow: z.string().min(1).describe('The name of the flow that this load runs.'),
  arrivals: z
    .array(rateStage)
    .min(1)
    .optional()
    .describe('Open model: iterations start at these rates, whether or not earlier ones have ended.'),
  users: z
    .array(userStage)
    .min(1)
    .optional()
    .describe(
      'Closed model: this many virtual users, each starting its next iteration when the last has ended.',
    ),
  maxInFlight: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(`Arrivals only: iterations in flight at once; default: ${defaultMaxInFlight}.`),
  onLimit: z
    .enum(['drop', 'queue'])
    .optional()
    .describe(
      'Arrivals only: what becomes of an arrival beyond maxInFlight; both are counted; default: drop.',
    ),
});

export const loadEntryInput = entry.transform((written, context): LoadEntry => {
  const { flow, arrivals, users } = written;
  const refuse = (message: string, path: string[] = []): typeof z.NEVER => {
    context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  };
  if (arrivals !== undefined && users !== undefined) {
    return refuse('`arrivals` and `users` exclude each other; write two entries to run both', ['users']);
  }
  if (users !== undefined) {
    const extra = (['maxInFlight', 'onLimit'] as const).find((key) => written[key] !== undefined);
    if (extra !== undefined)
      return refuse(`\`${extra}\` goes with \`arrivals\`, not with \`users\``, [extra]);
    if (users.every((stage) => stage.fromUsers === 0 && stage.toUsers === 0))
      return refuse('no stage has a user', ['users']);
    return { model: 'users', flow, stages: users };
  }
  if (arrivals === undefined) return refuse('needs one of the keys arrivals, users');
  if (arrivals.every((stage) => stage.fromPerSecond === 0 && stage.toPerSecond === 0)) {
    return refuse('no stage has a rate above 0', ['arrivals']);
  }
  const { maxInFlight = defaultMaxInFlight, onLimit = 'drop' } = written;
  return { model: 'arrivals', flow, stages: arrivals, maxInFlight, onLimit };
});
