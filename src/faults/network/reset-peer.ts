// The fault `reset_peer`: connections are broken off (RST), at their first data or after a time.

import { z } from 'zod';
import { affectedShare, unmeasured } from '../fidelity.ts';
import { defineFault, putToxic, toxicIntent } from './network-fault.ts';
import { durationMs, msText, reachOf, reachText, toxicInputs } from './parameters.ts';

const parameters = z.strictObject({
  timeout: durationMs(0).optional().describe('From the first data until the reset; default: 0ms, at once.'),
  ...toxicInputs,
});

const input = z
  .strictObject({ fault: z.literal('reset_peer'), with: parameters.optional() })
  .transform(({ with: written }) => ({
    kind: 'reset_peer' as const,
    /** From the first data until the reset. */
    timeoutMs: written?.timeout ?? 0,
    ...reachOf(written ?? {}),
  }));

export const resetPeer = defineFault({
  kind: 'reset_peer',
  input,
  parameters: (spec) => ({ timeout: msText(spec.timeoutMs), ...reachText(spec) }),
  plan: (_spec, id, link) => toxicIntent('reset_peer', id, link),
  apply: (spec, intent) =>
    putToxic(intent, {
      type: 'reset_peer',
      stream: spec.direction,
      toxicity: spec.toxicity,
      attributes: { timeout: spec.timeoutMs },
    }),
  judge(spec, seen) {
    const share = affectedShare(spec.toxicity, seen?.draws ?? null);
    const name = 'connections reset';
    const asked = 'every affected one that carries data';
    if (seen === null) return [unmeasured(name, asked, 'this proxy cannot tell'), share];
    const { resets } = seen.observation;
    const due = (seen.draws?.affected ?? 0) > 0 && seen[spec.direction].bytesIn > 0;
    // A connection may be reset only after the fault, when its time has not come yet: then nothing can be said.
    if (!due || (resets === 0 && spec.timeoutMs > 0))
      return [unmeasured(name, asked, `${resets} resets`), share];
    return [{ name, asked, happened: `${resets} resets`, status: resets > 0 ? 'within' : 'outside' }, share];
  },
});
