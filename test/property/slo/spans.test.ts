// Sets of time: what is cut out and what is left make the whole, and every moment is in exactly one of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Span } from '../../../src/slo/spans.ts';
import { clipped, isWithin, lengthOf, unionOf, without } from '../../../src/slo/spans.ts';

const span = fc
  .tuple(fc.integer({ min: -20, max: 60 }), fc.integer({ min: 0, max: 30 }))
  .map(([startMicros, length]): Span => ({ startMicros, endMicros: startMicros + length }));
const spans = fc.array(span, { maxLength: 6 });
const moments = Array.from({ length: 120 }, (_, index) => index - 25);
const isIn = (at: number, some: readonly Span[]): boolean =>
  some.some(({ startMicros, endMicros }) => at >= startMicros && at < endMicros);

test('a moment is in what is left exactly when it is in the one and not in the other', () => {
  fc.assert(
    fc.property(spans, spans, (whole, taken) => {
      const left = without(whole, taken);
      for (const at of moments) expect(isWithin(at, left)).toBe(isIn(at, whole) && !isIn(at, taken));
      expect(lengthOf(left)).toBe(moments.filter((at) => isWithin(at, left)).length);
    }),
  );
});

test('clipping keeps what lies inside, and a union counts every moment once', () => {
  fc.assert(
    fc.property(spans, span, (whole, frame) => {
      const inside = clipped(whole, frame);
      for (const at of moments) expect(isWithin(at, inside)).toBe(isIn(at, whole) && isIn(at, [frame]));
      expect(lengthOf(unionOf(whole))).toBe(moments.filter((at) => isIn(at, whole)).length);
    }),
  );
});
