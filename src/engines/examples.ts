// The one line that shows what failed: bounded in number and length, with credentials taken out.

import type { FailureClass } from './failures.ts';

/** More than a recorder keeps, few enough that an outage does not spend its time on text. */
const perSeriesAndClass = 20;
const longest = 300;

/** The first characters of a text, at most so many UTF-16 units, none of them cut in two. */
export function wholeStart(text: string, units: number): string {
  const last = text.charCodeAt(units - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units);
}

/** Undefined once enough examples of this class were made for the series. `text` is only called when needed. */
export type ExampleMaker = (series: string, error: FailureClass, text: () => string) => string | undefined;

export function exampleMaker(redact: (text: string) => string): ExampleMaker {
  const made = new Map<string, number>();
  return (series, error, text) => {
    const key = `${error} ${series}`;
    const count = made.get(key) ?? 0;
    if (count >= perSeriesAndClass) return undefined;
    made.set(key, count + 1);
    // Redacted before it is cut: half a credential would not be recognised.
    const line = redact(text())
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    return line.length > longest ? `${wholeStart(line, longest - 1)}…` : line;
  };
}
