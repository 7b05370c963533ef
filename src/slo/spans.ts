// Stretches of time as sets: joined, cut out of each other, and measured.

export interface Span {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** In order, side by side at most, none empty. */
export function unionOf(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.startMicros - b.startMicros)) {
    const last = joined.at(-1);
    if (span.endMicros <= span.startMicros) continue;
    if (last === undefined || span.startMicros > last.endMicros) joined.push(span);
    else joined[joined.length - 1] = { ...last, endMicros: Math.max(last.endMicros, span.endMicros) };
  }
  return joined;
}

/** What is in `spans` and not in `taken`. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  let left = unionOf(spans);
  for (const { startMicros, endMicros } of taken) {
    left = left.flatMap((span) =>
      [
        { startMicros: span.startMicros, endMicros: Math.min(span.endMicros, startMicros) },
        { startMicros: Math.max(span.startMicros, endMicros), endMicros: span.endMicros },
      ].filter((part) => part.endMicros > part.startMicros),
    );
  }
  return unionOf(left);
}

/** The parts of `spans` that lie within one stretch. */
export const clipped = (spans: readonly Span[], within: Span): Span[] =>
  unionOf(
    spans.map(({ startMicros, endMicros }) => ({
      startMicros: Math.max(startMicros, within.startMicros),
      endMicros: Math.min(endMicros, within.endMicros),
    })),
  );

/** Of spans that do not overlap. */
export const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { startMicros, endMicros }) => sum + endMicros - startMicros, 0);

/** Of spans that do not overlap. */
export const isWithin = (atMicros: number, spans: readonly Span[]): boolean =>
  spans.some(({ startMicros, endMicros }) => atMicros >= startMicros && atMicros < endMicros);
