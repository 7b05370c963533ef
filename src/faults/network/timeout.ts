// The fault `timeout`: data is swallowed, and the connection closes after a time, or never.

import { z } from 'zod';
import { affectedShare, nothing, unmeasured } from '../fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import { durationMs, msText, reachOf, reachText, toxicInputs } from './parameters.ts';

const parameters = z.strictObject({
  timeout: durationMs(0)
    .optional()
    .describe('After this the connection is closed; 0ms (default): it stays open and silent.'),
  ...toxicInputs,
});

const input = z
  .strictObject({ fault: z.literal('timeout'), with: parameters.optional() })
  .transform(({ with: written }) => ({
    kind: 'timeout' as const,
    /** Then the connection closes; 0: it stays open as long as the fault lasts. */
    timeoutMs: written?.timeout ?? 0,
    ...reachOf(written ?? {}),
  }));

export const timeout = defineFault({
  kind: 'timeout',
  input,
  parameters: (spec) => ({ timeout: msText(spec.timeoutMs), ...reachText(spec) }),
  plan: (_spec, id, link) => toxicIntent('timeout', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'timeout',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: { timeout: spec.timeoutMs },
    }),
  judge(spec, seen) {
    const share = affectedShare(spec.toxicity, seen?.draws ?? null);
    if (seen === null) return [unmeasured('data let through', 'none', 'this proxy cannot tell'), share];
    // With some connections spared, or a second fault, bytes that passed say nothing about the others.
    if (spec.toxicity < 1) return [share];
    return [nothing('data let through', seen[spec.direction].bytesOut, 'bytes'), share];
  },
});
