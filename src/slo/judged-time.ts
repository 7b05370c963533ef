// Which parts of the load a judgement looks at, as stretches without a gap: windows must not reach over what is left out.

import type { RunRecord } from '../record/schema.ts';
import { clipped, type Span, without } from './spans.ts';

/**
 * The phases asked for (none: all of them) without the warm-up, in order, those that touch or overlap as one, and no
 * further than load was offered. `during: ['warmup']` is the warm-up itself.
 */
export function judgedSpans({ phases, load }: RunRecord, during: readonly string[]): Span[] {
  const asked = phases.filter(({ name }) => during.length === 0 || during.includes(name));
  const warm = during.includes('warmup') ? [] : phases.filter(({ name }) => name === 'warmup');
  return clipped(without(asked, warm), { startMicros: 0, endMicros: load.elapsedMicros });
}
