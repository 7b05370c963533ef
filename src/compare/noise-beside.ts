// The machine's noise floor beside the metrics of a comparison, when it is of the same machine and scenario.

import { canonicalJson } from '../kernel/json.ts';
import type { Noise } from '../record/noise-schema.ts';
import { traitsOf } from './comparable.ts';
import type { ComparedPair } from './pair-values.ts';
import type { Comparison, MetricComparison } from './schema.ts';

export interface NoiseBeside {
  readonly noise: Comparison['noise'];
  readonly notes: string[];
  of(metric: string, pairs: number): MetricComparison['noise'];
}

const none = (notes: string[]): NoiseBeside => ({ noise: null, notes, of: () => null });

/** Of the most pairs that are no more than those at hand: more of them could show a little less. */
function detectableOf(noise: Noise['metrics'][number], pairs: number) {
  const fits = noise.detectable.filter((entry) => entry.pairs <= pairs).sort((a, b) => b.pairs - a.pairs);
  return fits[0] ?? null;
}

export function noiseBeside(noise: Noise | null, pairs: readonly ComparedPair[]): NoiseBeside {
  const run = pairs[0]?.before.run;
  if (noise === null || run === undefined) return none([]);
  const traits = traitsOf(run);
  const others = Object.keys({ ...traits, ...noise.traits }).filter(
    (what) => canonicalJson(traits[what] ?? null) !== canonicalJson(noise.traits[what] ?? null),
  );
  if (others.length > 0)
    return none([`the noise floor ${noise.id} is of another ${others.join(', ')}: it is left out`]);
  const { id, measuredAt, variant } = noise;
  return {
    noise: { id, measuredAt, variant, pairs: noise.pairs },
    notes: [],
    of: (metric, count) => {
      const found = noise.metrics.find((entry) => entry.metric === metric);
      if (found === undefined || found.outcome === 'invalid') return null;
      const { comparisons, falseAlarms, repeated } = found;
      return {
        detectable: detectableOf(found, count),
        ...{ comparisons, falseAlarms, repeated: repeated ?? null },
      };
    },
  };
}
