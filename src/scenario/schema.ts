// A scenario as written, strict at every level: what this version does not act on is refused, never ignored.

import { z } from 'zod';
import { faultEntryInput, faultEntryKeys } from './chaos-schema.ts';
import { httpSettingsInput, tlsSettingsInput } from '../engines/settings.ts';
import { type Parsed, parseValue } from './issues.ts';
import { loadEntryInput } from './load-schema.ts';
import { nameInput, variableInput } from './names.ts';
import { cellTypes } from './cells.ts';
import { promisesInput } from './promise-schema.ts';
import { durationInput } from './quantities.ts';
import type { ClaimSpec } from './scenario.ts';
import { keysKnownInStep, kindsOfSteps, stepsInput } from './steps-schema.ts';

const inlineTarget = z
  .strictObject({
    http: z.string().optional().describe('Base URL, e.g. `http://127.0.0.1:8080`.'),
    ws: z.string().optional().describe('Base URL of WebSockets, e.g. `ws://127.0.0.1:8080`.'),
  })
  .refine(({ http, ws }) => http !== undefined || ws !== undefined, 'needs one of the keys http, ws');

const feed = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe('CSV with a header line, or a JSON list of maps; relative to this file.'),
    pick: z
      .enum(['random', 'sequential', 'unique'])
      .optional()
      .describe('Which row an iteration sees; unique: each at most once in the run; default: random.'),
    whenOut: z
      .enum(['fail', 'recycle'])
      .optional()
      .describe('Unique only, when all rows are used: fail the step, or begin anew; default: fail.'),
    per: z
      .enum(['iteration', 'user'])
      .optional()
      .describe(
        'How long a row stays: for an iteration, or for all that a virtual user does; default: iteration.',
      ),
    types: z
      .record(z.string(), z.enum(cellTypes))
      .optional()
      .describe('CSV only, by column: `number`, `boolean` or `json`; others stay text.'),
  })
  .refine(({ pick, whenOut }) => whenOut === undefined || pick === 'unique', {
    path: ['whenOut'],
    error: '`whenOut` goes with `pick: unique`',
  })
  .refine(({ file, types }) => types === undefined || !file.endsWith('.json'), {
    path: ['types'],
    error: '`types` are for CSV: values of JSON have types already',
  });

const flow = z.strictObject({
  weight: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .describe('Share of iterations in a load entry that names several flows; default: 1.'),
  before: stepsInput.optional().describe('Run once per virtual user, e.g. to log in; not part of the load.'),
  steps: stepsInput.describe('What one virtual user does in one iteration, in order.'),
});

const documentedValue = z.union([z.string().min(1), z.number()]).transform(String);

const claimInput = z
  .strictObject({
    id: nameInput.describe('Names the claim in reports.'),
    says: z.string().min(1).describe('The claim in words, as documented.'),
    metric: z.string().min(1).describe('What is compared, e.g. `p50(query)`.'),
    expect: z
      .string()
      .min(1)
      .describe('The expected change, e.g. `at least 60% lower` or `no worse than 10%`.'),
    documented: z
      .strictObject({
        before: documentedValue.describe('The documented value before the change, e.g. `9.62s`.'),
        after: documentedValue.describe('The documented value after the change, e.g. `2s`.'),
      })
      .optional()
      .describe('What the documentation of the change states.'),
    because: z.string().min(1).optional().describe('Why `expect` is weaker than what is documented.'),
  })
  .transform((written): ClaimSpec => ({
    ...written,
    documented: written.documented ?? null,
    because: written.because ?? null,
  }));

export const scenarioInput = z
  .strictObject({
    name: z.string().min(1).max(200).describe('What is tested, in a few words; the title of its reports.'),
    target: z
      .union([z.string().min(1), inlineTarget])
      .describe('The system under test: a name (targets/<name>/target.yml), a path, or base URLs.'),
    variant: z.string().min(1).optional().describe('The variant of the target that a plain run starts.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .optional()
      .describe('Everything random derives from it; default: 1.'),
    data: z.record(variableInput, feed).optional().describe('Rows for templates: `{{<name>.<column>}}`.'),
    flows: z
      .record(nameInput, flow)
      .refine((flows) => Object.keys(flows).length > 0, 'must not be empty')
      .describe('What virtual users do, by name.'),
    hooks: z
      .string()
      .regex(/\.m?[jt]s$/, 'expected a JavaScript or TypeScript module, such as "hooks.ts"')
      .optional()
      .describe('A module whose functions `call` steps call; relative to this file. It can run code.'),
    http: httpSettingsInput.optional().describe('How HTTP steps connect and what all of them send.'),
    tls: tlsSettingsInput.optional().describe('Certificates of HTTP and WebSocket connections.'),
    load: z.array(loadEntryInput).min(1).describe('How often, or by how many users, each flow is run.'),
    warmup: durationInput
      .optional()
      .describe('The first part of the load, excluded from every verdict; default: 0s.'),
    gracefulStop: durationInput
      .optional()
      .describe('How long work in flight may take after the load; default: 10s.'),
    chaos: z.array(faultEntryInput).optional().describe('Faults injected during the load.'),
    slo: promisesInput.optional().describe('Promises, e.g. `p95(query) < 2s during steady`.'),
    primary: z
      .string()
      .min(1)
      .optional()
      .describe('The one metric that gates a comparison, e.g. `p95(query)`.'),
    claims: z.array(claimInput).optional().describe('What `mettle verify` confirms or refutes.'),
  })
  .meta({ title: 'Mettle scenario', description: 'Load, faults and promises of one test, in one file.' });

export type ScenarioInput = z.output<typeof scenarioInput>;

/** Checks the shape of a scenario; what refers to what is checked by checks/. */
export function parseScenario(value: unknown): Parsed<ScenarioInput> {
  return parseValue(scenarioInput, value, {
    knownKeys: (path) => {
      // Replaced already by what they stand for.
      if (path.length === 0) return ['experiments'];
      if (path.length === 2 && path[0] === 'slo') return ['use'];
      return path.length === 2 && path[0] === 'chaos' ? faultEntryKeys : keysKnownInStep(value, path);
    },
    kinds: kindsOfSteps,
  });
}
