// What a template throws when it is rendered before its value exists; engines turn it into a failed sample.

export class UnresolvedValue extends Error {
  /** As written between the braces, e.g. `answerId`. */
  readonly path: string;

  constructor(path: string, why = 'has no value') {
    super(`{{${path}}} ${why}`);
    this.name = 'UnresolvedValue';
    this.path = path;
  }
}
