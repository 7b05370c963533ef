// Experiments as written: a file with parameters, and the entry of a scenario that uses it.

import { z } from 'zod';
import { nameInput, variableInput } from './names.ts';

/** What a parameter may be: it stands for words of the scenario language, never for parts of its structure. */
const plain = z.union([z.string(), z.number(), z.boolean()], 'a parameter is text, a number, true or false');

export type Plain = z.output<typeof plain>;

const parameter = z.strictObject({
  about: z.string().min(1).describe('What it is, for people; shown where it is missing.'),
  default: plain.optional().describe('Without one it has to be given.'),
});

/** `id` is a parameter of every experiment: the name that its entry gives it, else that of its file. */
export const builtIn = 'id';

/** A file of chaos/experiments, or one of the project. */
export const experimentInput = z.strictObject({
  about: z.string().min(1).describe('What is done, for people.'),
  proves: z.string().min(1).describe('What is shown when all of its promises are kept.'),
  parameters: z
    .record(
      variableInput.refine((name) => name !== builtIn, '`id` is given by the entry that uses the experiment'),
      parameter,
    )
    .optional()
    .describe('What the entries below leave open, written there as `{{name}}`.'),
  chaos: z.array(z.record(z.string(), z.unknown())).min(1).describe('Entries as those of a scenario.'),
  slo: z
    .array(z.union([z.string(), z.record(z.string(), z.unknown())]))
    .min(1)
    .describe('Promises as those of a scenario.'),
});

export type Experiment = z.output<typeof experimentInput>;

/** One entry of `experiments` in a scenario. */
const experimentEntryInput = z.strictObject({
  use: z.string().min(1).describe('An experiment of the library, such as `timeout`, or a path to one.'),
  id: nameInput.optional().describe('Names its faults; default: the name of the experiment.'),
  with: z.record(z.string(), plain).optional().describe('Its parameters, e.g. `{ dependency: postgres }`.'),
});

export type ExperimentEntry = z.output<typeof experimentEntryInput>;

/** All of them, as they stand in a scenario. */
export const experimentsInput = z
  .array(experimentEntryInput)
  .describe('Faults together with promises about them, from files with parameters.');
