// What chance decides about a toxic on one connection: once, so that it stays as it is when neighbours come and go.

import { createRandom, deriveSeed, type Random } from '../kernel/random.ts';
import type { LiveToxic } from './toxic-chain.ts';

export interface Draw {
  /** For the toxic's own use, e.g. jitter. */
  readonly random: Random;
  /** Uniform in [0, 1): affected when below the toxicity, also after an update of it. */
  readonly share: number;
  toxicity: number;
  affected: boolean;
}

/** The draws of one direction of one connection. Deciding counts itself in the toxic's `drawn` and `affected`. */
export class Draws {
  private readonly draws = new Map<LiveToxic, Draw>();
  private readonly seed: () => number;

  /** `seed` is asked whenever something is drawn for the first time. */
  constructor(seed: () => number) {
    this.seed = seed;
  }

  decide(toxic: LiveToxic): Draw {
    const { toxicity } = toxic.settings;
    const known = this.draws.get(toxic);
    if (known?.toxicity === toxicity) return known;
    const draw = known ?? this.first(toxic);
    draw.toxicity = toxicity;
    draw.affected = draw.share < toxicity;
    toxic.drawn += 1;
    if (draw.affected) toxic.affected += 1;
    return draw;
  }

  /** Forgets toxics that are no more. */
  keepOnly(toxics: readonly LiveToxic[]): void {
    for (const toxic of this.draws.keys()) if (!toxics.includes(toxic)) this.draws.delete(toxic);
  }

  private first(toxic: LiveToxic): Draw {
    const random = createRandom(deriveSeed(this.seed(), `toxic ${toxic.ordinal}`));
    const draw: Draw = { random, share: random(), toxicity: 0, affected: false };
    this.draws.set(toxic, draw);
    return draw;
  }
}
