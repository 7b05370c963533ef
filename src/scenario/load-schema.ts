// The load as written: stages of arrivals (open model) or of users (closed model), one entry per flow.

import { z } from 'zod';
import { durationInput, rateInput, spanInput, usersInput } from './quantities.ts';
import type { LoadEntry, RateStage, UsersEntry, UserStage } from './scenario.ts';

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

const saturation = z.strictObject({
  connections: z.int().min(1).max(100_000).describe('How many connections send without a pause.'),
  for: spanInput.describe('How long.'),
});

const iterationsKind = '"10 per user" or "500 in total"';

const iterationsInput = z
  .string({ error: `expected ${iterationsKind}` })
  .meta({ examples: ['10 per user', '500 in total'] })
  .transform((text, context): NonNullable<UsersEntry['iterations']> => {
    const [, count, scope] = /^\s*([1-9]\d{0,8})\s+(per user|in total)\s*$/.exec(text) ?? [];
    if (count !== undefined) return { count: Number(count), per: scope === 'per user' ? 'user' : 'total' };
    context.addIssue({
      code: 'custom',
      message: `"${text}" is not a number of iterations: expected ${iterationsKind}`,
    });
    return z.NEVER;
  });

const entry = z.strictObject({
  flow: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('The flow that this load runs, or several, of which each iteration runs one by weight.'),
  delay: durationInput
    .optional()
    .describe('From the start of the load to the start of this entry; default: 0s.'),
  saturate: saturation
    .optional()
    .describe('As fast as the target answers, without a rate: shows a ceiling, not a latency under load.'),
  every: spanInput
    .optional()
    .describe(
      'Users only: each user begins an iteration on a grid this wide; missed slots are counted as dropped.',
    ),
  iterations: iterationsInput
    .optional()
    .describe('Users only: leave after so many iterations, even when the stages last longer.'),
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
  const { arrivals, users, saturate } = written;
  const common = { flows: [written.flow].flat(), delayMicros: written.delay ?? 0 };
  const refuse = (message: string, path: string[] = []): typeof z.NEVER => {
    context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  };
  const [, second] = (['arrivals', 'users', 'saturate'] as const).filter((key) => written[key] !== undefined);
  if (second !== undefined) {
    return refuse('`arrivals`, `users` and `saturate` exclude each other; write an entry for each', [second]);
  }
  if (users === undefined) {
    const extra = (['every', 'iterations'] as const).find((key) => written[key] !== undefined);
    if (extra !== undefined) return refuse(`\`${extra}\` goes with \`users\``, [extra]);
  }
  if (saturate !== undefined) {
    const extra = (['maxInFlight', 'onLimit'] as const).find((key) => written[key] !== undefined);
    if (extra !== undefined)
      return refuse(`\`${extra}\` goes with \`arrivals\`, not with \`saturate\``, [extra]);
    return { model: 'saturate', ...common, connections: saturate.connections, forMicros: saturate.for };
  }
  if (users !== undefined) {
    const extra = (['maxInFlight', 'onLimit'] as const).find((key) => written[key] !== undefined);
    if (extra !== undefined)
      return refuse(`\`${extra}\` goes with \`arrivals\`, not with \`users\``, [extra]);
    if (users.every((stage) => stage.fromUsers === 0 && stage.toUsers === 0))
      return refuse('no stage has a user', ['users']);
    const { every = null, iterations = null } = written;
    return { model: 'users', ...common, stages: users, everyMicros: every, iterations };
  }
  if (arrivals === undefined) return refuse('needs one of the keys arrivals, users, saturate');
  if (arrivals.every((stage) => stage.fromPerSecond === 0 && stage.toPerSecond === 0)) {
    return refuse('no stage has a rate above 0', ['arrivals']);
  }
  const { maxInFlight = defaultMaxInFlight, onLimit = 'drop' } = written;
  return { model: 'arrivals', ...common, stages: arrivals, maxInFlight, onLimit };
});
