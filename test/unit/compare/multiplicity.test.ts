// Adjusted p-values against ones worked out by hand: the same as p.adjust of R gives.

import { expect, test } from 'vitest';
import { benjaminiHochberg, holm } from '../../../src/compare/multiplicity.ts';

const near = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, 12);
};

test('Holm', () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm"): 0.005·4, 0.01·3, 0.03·2, and 0.04·1 is not below the one before.
  near(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
  near(holm([0.01, 0.02, 0.03, 0.04, 0.05]), [0.05, 0.08, 0.09, 0.09, 0.09]);
  near(holm([0.5, 0.6]), [1, 1]);
});

test('Benjamini–Hochberg', () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH"): 0.005·4/1, 0.01·4/2, 0.03·4/3, 0.04·4/4.
  near(benjaminiHochberg([0.01, 0.04, 0.03, 0.005]), [0.02, 0.04, 0.04, 0.02]);
  // Of 0.01·5, 0.02·5/2, 0.03·5/3, 0.04·5/4 all are 0.05.
  near(benjaminiHochberg([0.01, 0.04, 0.03, 0.02, 0.5]), [0.05, 0.05, 0.05, 0.05, 0.5]);
  // The example of the paper, 15 tests: with a false discovery rate of 5 % the first four are found.
  const paper = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  expect(benjaminiHochberg(paper).filter((p) => p <= 0.05)).toHaveLength(4);
  expect(holm(paper).filter((p) => p <= 0.05)).toHaveLength(3);
});

test('one test stays as it is, none stays none, and a value that is no probability is refused', () => {
  for (const adjust of [holm, benjaminiHochberg]) {
    expect(adjust([])).toEqual([]);
    expect(adjust([0.3])).toEqual([0.3]);
    expect(adjust([0, 0])).toEqual([0, 0]);
    expect(adjust([0.02, 0.02])).toEqual(adjust === holm ? [0.04, 0.04] : [0.02, 0.02]);
    for (const wrong of [-0.1, 1.1, Number.NaN]) expect(() => adjust([0.5, wrong])).toThrow(RangeError);
  }
});
