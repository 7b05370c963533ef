// What a template throws when there is no value, or none that can be sent; engines turn it into a failed sample.

import { messageOf } from '../kernel/errors.ts';

export class UnresolvedValue extends Error {
  /** As written between the braces, e.g. `answerId`. */
  readonly path: string;

  constructor(path: string, why = 'has no value', what = `{{${path}}}`) {
    super(`${what} ${why}`);
    this.name = 'UnresolvedValue';
    this.path = path;
  }
}

/** Values that hooks keep may be anything, also what no JSON holds. Throws UnresolvedValue, so that the step fails. */
export function jsonText(value: unknown, path = '$', what = 'its JSON'): string {
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (thrown) {
    const [why = ''] = messageOf(thrown).split('\n', 1);
    throw new UnresolvedValue(path, `cannot be written: ${why}`, what);
  }
  if (typeof text !== 'string')
    throw new UnresolvedValue(path, `cannot be written: it is a ${typeof value}`, what);
  return text;
}
