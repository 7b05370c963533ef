// What may be called what: names that promises and templates refer to without quotes.

import { z } from 'zod';

/** Flows, faults, claims: `slow-db`. */
export const nameInput = z
  .string()
  .max(60)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, - and _, and begins with a letter');

/** Data feeds, as templates write them: `{{questions.text}}`. */
export const variableInput = z
  .string()
  .regex(/^[A-Za-z]\w*$/, 'a name for templates is letters, digits and _, and begins with a letter');
