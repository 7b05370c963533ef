// The fault `latency`: every piece of data on the link arrives later, by a fixed time and a uniform jitter.

import { z } from 'zod';
import { formatDuration } from '../../kernel/units.ts';
import { addedLatency, affectedShare, unmeasured } from '../fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import { durationMs, msText, reachOf, reachText, toxicInputs } from './parameters.ts';

const parameters = z
  .strictObject({
    latency: durationMs(1).describe('How much later data arrives.'),
    jitter: durationMs(0).optional().describe('Varies it by up to this much, both ways; default: 0ms.'),
    ...toxicInputs,
  })
  .refine(({ latency, jitter }) => (jitter ?? 0) <= latency, {
    message: 'must not be larger than latency: data cannot arrive before it was sent',
    path: ['jitter'],
  });

const input = z
  .strictObject({ fault: z.literal('latency'), with: parameters })
  .transform(({ with: written }) => ({
    kind: 'latency' as const,
    latencyMs: written.latency,
    /** Uniform in ±jitterMs around latencyMs. */
    jitterMs: written.jitter ?? 0,
    ...reachOf(written),
  }));

export const latency = defineFault({
  kind: 'latency',
  input,
  parameters: (spec) => ({
    latency: msText(spec.latencyMs),
    jitter: msText(spec.jitterMs),
    ...reachText(spec),
  }),
  plan: (_spec, id, link) => toxicIntent('latency', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'latency',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: { latency: spec.latencyMs, jitter: spec.jitterMs },
    }),
  judge(spec, seen) {
    const asked = { latencyMicros: spec.latencyMs * 1_000, jitterMicros: spec.jitterMs * 1_000 };
    const wanted = formatDuration(asked.latencyMicros);
    if (seen === null || seen.mixed) {
      const why =
        seen === null ? 'this proxy cannot tell' : 'several faults on one link cannot be told apart';
      return [
        unmeasured('added latency, median', wanted, why),
        affectedShare(spec.toxicity, seen?.draws ?? null),
      ];
    }
    return [
      addedLatency(asked, seen[spec.direction].addedDelayMicros, false),
      affectedShare(spec.toxicity, seen.draws),
    ];
  },
});
