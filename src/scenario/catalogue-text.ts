// The text of a promise of the catalogue: optional parameters that were not given leave it, the others are filled in.

import { fillText, type Values } from './experiment-text.ts';

/** Brackets, a comma or `during` mean nothing once the parameter that they hold is gone. */
const holders = (name: string): readonly RegExp[] => {
  const place = `\\{\\{\\s*${name}\\s*\\}\\}`;
  return [
    new RegExp(`\\(\\s*${place}\\s*\\)`, 'g'),
    new RegExp(`${place}\\s*,\\s*`, 'g'),
    new RegExp(`\\s*,\\s*${place}`, 'g'),
    new RegExp(`\\s+during\\s+${place}`, 'g'),
  ];
};

/** `p95({{series}}) < {{limit}}` without a series is `p95 < {{limit}}`. */
export const settled = (text: string, absent: readonly string[]): string =>
  absent.reduce(
    (rest, name) => holders(name).reduce((shorter, holder) => shorter.replace(holder, ''), rest),
    text,
  );

/** With every value in its place; a parameter without one stays as it is written. */
export const filledText = (text: string, values: Values): string => String(fillText(text, values));
