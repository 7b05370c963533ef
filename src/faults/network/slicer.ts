// The fault `slicer`: data arrives in small pieces, with a pause between them if one is asked for.

import { z } from 'zod';
import { affectedShare } from '../fidelity.ts';
import { clearView, paused, sliced } from '../stream-fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import {
  durationMicros,
  microsText,
  reachOf,
  reachText,
  sizeBytes,
  sizeText,
  toxicInputs,
} from './parameters.ts';

/** Proxies read no larger pieces than this, so larger ones would never be cut. */
const largestBytes = 32 * 1_024;

const parameters = z
  .strictObject({
    size: sizeBytes(1).describe('How large the pieces are on average.'),
    variation: sizeBytes(0).optional().describe('Varies it by up to this much, both ways; default: 0B.'),
    delay: durationMicros.optional().describe('The pause between two pieces; default: 0ms.'),
    ...toxicInputs,
  })
  .refine(({ size, variation }) => (variation ?? 0) <= size, {
    message: 'must not be larger than size: a real Toxiproxy dies of it',
    path: ['variation'],
  })
  .refine(({ size, variation }) => size + (variation ?? 0) < largestBytes, {
    message: `must, with its variation, be below ${sizeText(largestBytes)}: data comes in no larger pieces anyway`,
    path: ['size'],
  });

const input = z
  .strictObject({ fault: z.literal('slicer'), with: parameters })
  .transform(({ with: written }) => ({
    kind: 'slicer' as const,
    sizeBytes: written.size,
    /** Within ±variationBytes of sizeBytes. */
    variationBytes: written.variation ?? 0,
    /** Between two pieces. */
    pauseMicros: written.delay ?? 0,
    ...reachOf(written),
  }));

export const slicer = defineFault({
  kind: 'slicer',
  input,
  parameters: (spec) => ({
    size: sizeText(spec.sizeBytes),
    variation: sizeText(spec.variationBytes),
    delay: microsText(spec.pauseMicros),
    ...reachText(spec),
  }),
  plan: (_spec, id, link) => toxicIntent('slicer', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'slicer',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: {
        average_size: spec.sizeBytes,
        size_variation: spec.variationBytes,
        delay: spec.pauseMicros,
      },
    }),
  judge(spec, seen) {
    const view = clearView(seen, spec.direction);
    const mostBytes = spec.sizeBytes + spec.variationBytes;
    const pause = microsText(spec.pauseMicros);
    return [
      sliced(mostBytes, `at most ${sizeText(mostBytes)}`, view),
      ...(spec.pauseMicros === 0 ? [] : [paused(spec.pauseMicros, pause, view)]),
      affectedShare(spec.toxicity, seen?.draws ?? null),
    ];
  },
});
