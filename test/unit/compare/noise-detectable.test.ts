// The change that a noise floor prints for so many pairs is found by so many fresh pairs, whatever it was measured from.

import { describe, expect, test } from 'vitest';
import { detectableBy } from '../../../src/compare/noise-detectable.ts';
import { hodgesLehmann, signedRankInterval } from '../../../src/compare/signed-rank.ts';
import { createRandom, deriveSeed } from '../../../src/kernel/random.ts';
import {
  deviationOf,
  drawn,
  meanOf,
  shapes,
  shareFound,
  shiftsNeeded,
} from '../../support/power-simulation.ts';

const tolerance = 0.1;
const edge = Math.log1p(tolerance);
const about = { scale: 'log', better: 'lower', tolerance, counts: null } as const;
const confidenceOf = (pairs: number): number => (pairs === 16 ? 0.9706 : 0.95);

/** Over printing and finding: fresh pairs that really differ by what was printed. */
function powerAt(measured: number, pairs: number, spread: number, shape: (typeof shapes)[number]): number {
  const random = createRandom(deriveSeed(1, `${measured} ${pairs} ${spread} ${shape.name}`));
  const scale = spread / shape.deviation;
  const draw = (from: () => number): number => shape.draw(from) * scale;
  const needs = shiftsNeeded(random, pairs, confidenceOf(pairs), draw, 1_000)(edge);
  const found = Array.from({ length: 150 }, () => {
    const deviation = deviationOf(drawn(random, measured, draw));
    const entry = detectableBy({ ...about, deviation, measured }).find((one) => one.pairs === pairs);
    return shareFound(needs, Math.log1p(entry?.change ?? Number.NaN));
  });
  return meanOf(found);
}

describe.each([
  [6, 10],
  [6, 16],
  [10, 6],
  [10, 16],
])('measured from %i pairs, printed for %i', (measured, pairs) => {
  test.each(shapes.map((shape) => [shape.name, shape] as const))(
    'is found in four of five cases: %s',
    (_name, shape) => {
      // Spreads at which the interval decides, both do, and the tolerance does.
      for (const spread of [0.3, 0.1, 0.03]) {
        const power = powerAt(measured, pairs, spread, shape);
        // The error of such a simulation is about one and a half points.
        expect(power, `spread ${spread}`).toBeGreaterThan(0.77);
      }
    },
  );
});

test.each([
  [100, 10],
  [1_000, 10],
  [200, 6],
])(
  'a rate of %i perfect requests a run: what is printed for %i pairs is found in four of five cases',
  (samples, pairs) => {
    const rate = { scale: 'points', better: 'lower', tolerance: 0.005, measured: pairs } as const;
    const change = detectableBy({ ...rate, deviation: 0, counts: { samples, portion: 1 } }).find(
      (one) => one.pairs === pairs,
    )!.change!;
    const random = createRandom(deriveSeed(samples, `rate ${pairs}`));
    const run = (): number => {
      let bad = 0;
      for (let request = 0; request < samples; request += 1) bad += random() < change ? 1 : 0;
      return bad / samples;
    };
    let found = 0;
    for (let index = 0; index < 500; index += 1) {
      const effects = Array.from({ length: pairs }, run);
      const interval = signedRankInterval(effects, effects, 0.95)!;
      if (interval.low > 0 && hodgesLehmann(effects) > rate.tolerance) found += 1;
    }
    expect(found / 500, `printed ${change}`).toBeGreaterThan(0.77);
  },
);

test('a change too large to be a rate, or without an end, is not printed', () => {
  const rate = { scale: 'points', better: 'lower', tolerance: 0.005, measured: 6 } as const;
  const changes = detectableBy({ ...rate, deviation: 0.5, counts: { samples: 2, portion: 1 } }).map(
    ({ change }) => change,
  );
  expect(changes[0]).toBeNull();
  for (const change of changes) expect(change === null || (change > 0 && change <= 1)).toBe(true);
});

test('a fall is printed as a share of what there was', () => {
  const throughput = { scale: 'log', better: 'higher', tolerance: 0.05, counts: null, measured: 10 } as const;
  const [few] = detectableBy({ ...throughput, deviation: 0 });
  expect(few?.change).toBeCloseTo(0.05, 6);
  const [wide] = detectableBy({ ...throughput, deviation: 2 });
  expect(wide!.change).toBeLessThan(1);
});
