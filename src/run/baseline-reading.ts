// What relative promises would be held against in an earlier run: read as if it had been held to the same promises.

import type { RunData } from '../record/data.ts';
import type { PromiseSpec } from '../scenario/scenario.ts';
import { gatesOf, promiseFrom } from '../slo/gates.ts';
import { baselineReading, type BaselineReading } from '../slo/relative.ts';
import { effectsOf } from './effects.ts';
import { promiseTexts } from './steady.ts';

/** Of several records of one scenario; its phases are those of the promises that are asked now. */
export function baselineReader(
  slo: readonly PromiseSpec[],
): (data: RunData, text: string) => BaselineReading {
  const gates = gatesOf(promiseTexts(slo));
  const phased = new WeakMap<RunData, RunData>();
  return (data, text) => {
    const known = phased.get(data) ?? phasedBy(slo, data);
    phased.set(data, known);
    return baselineReading(known, promiseFrom(text), gates);
  };
}

function phasedBy(slo: readonly PromiseSpec[], data: RunData): RunData {
  const { load, faults } = data.run;
  const { warmupMicros } = load;
  const effects = effectsOf({ slo, warmupMicros }, { ...load, faults, slices: data.slices });
  return { ...data, run: { ...data.run, ...effects } };
}
