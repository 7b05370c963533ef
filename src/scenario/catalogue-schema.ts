// The catalogue of promises as written: a file of promises with parameters, and the entry of `slo` that uses one.

import { z } from 'zod';
import { nameInput, variableInput } from './names.ts';
import { spanInput } from './quantities.ts';

const plain = z.union([z.string(), z.number(), z.boolean()], 'a parameter is text, a number, true or false');

/** What a promise holds to, without more words: `200ms`, `0.8`. */
const limit = z.union([z.string().min(1), z.number()], 'a limit is text such as "200ms", or a number');

/** `{{limit}}` in a promise: its own limit, which an entry may override. */
export const builtIn = 'limit';

const parameter = z
  .strictObject({
    about: z.string().min(1).describe('What it is, for people; shown where it is missing.'),
    default: plain.optional().describe('Without one it has to be given.'),
    optional: z
      .literal(true)
      .optional()
      .describe('May be left out; what holds it in a promise, such as its brackets, then goes with it.'),
  })
  .refine((one) => one.default === undefined || one.optional === undefined, '`optional` needs no default');

const switches = z
  .union([variableInput, z.array(variableInput).min(1)])
  .transform((names) => [names].flat())
  .optional();

const promise = z.strictObject({
  id: nameInput.describe('What `override` and `except` call it.'),
  promise: z.string().min(1).describe('The promise, with `{{parameter}}` places and `{{limit}}`.'),
  limit: limit.optional().describe('What stands for `{{limit}}` unless it is overridden.'),
  severity: z.enum(['fail', 'warn']).optional().describe('What a broken promise means; default: fail.'),
  when: switches.describe('Parameters that switch it on: true, or given.'),
  unless: switches.describe('Parameters that switch it off: true, or given.'),
  load: spanInput.optional().describe('Left out, with a note, when less of the load is judged.'),
  source: z.string().min(1).describe('Where its number comes from.'),
});

export type CataloguePromise = z.output<typeof promise>;

/** A file of slo/, or one of the project. */
export const catalogueFileInput = z.strictObject({
  about: z.string().min(1).describe('What it is for, for people.'),
  source: z.string().min(1).describe('Where its numbers come from.'),
  parameters: z
    .record(
      variableInput.refine((name) => name !== builtIn, '`limit` is that of each promise'),
      parameter,
    )
    .optional()
    .describe('What the promises leave open.'),
  promises: z.array(promise).min(1).describe('What is promised.'),
});

export type CatalogueEntry = z.output<typeof catalogueFileInput>;

const change = z
  .strictObject({
    limit: limit.optional().describe('Instead of its own.'),
    severity: z.string().optional().describe('`fail` or `warn`.'),
    window: z.string().optional().describe('Every stretch of this length must hold, too.'),
    abort: z.unknown().optional().describe('Stops the run, as in any other promise: `{ after: 15s }`.'),
    min_samples: z.unknown().optional().describe('Fewer say nothing.'),
    on_no_data: z.string().optional().describe('What it means when it cannot be judged.'),
  })
  .refine((one) => Object.keys(one).length > 0, 'changes nothing');

const override = z.union(
  [limit, change],
  'an override is a limit, or a map such as { limit: 1s, severity: warn }',
);

/** One entry of `slo` that stands for promises of the catalogue. */
export const catalogueUseInput = z
  .strictObject({
    use: z
      .string()
      .min(1)
      .describe('An entry of the catalogue, such as `web-api`, or a path to a file like its own.'),
    with: z.record(z.string(), plain).optional().describe('Its parameters, e.g. `{ series: query }`.'),
    override: z
      .record(z.string(), override)
      .optional()
      .describe(
        'By the id of a promise: another limit, or a map with `limit`, `severity`, `window`, `abort` ….',
      ),
    except: z.array(z.string()).optional().describe('Ids of promises to leave out.'),
  })
  .meta({ title: 'Promises of the catalogue', examples: [{ use: 'web-api', with: { series: 'query' } }] });

export type CatalogueUse = z.output<typeof catalogueUseInput>;
