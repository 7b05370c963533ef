// The language of claims, and whether a claim asks for less than what is documented.

import { describe, expect, test } from 'vitest';
import { isWeakerThanDocumented, parseExpectation } from '../../../src/compare/expectation.ts';

const parsed = (text: string) => {
  const result = parseExpectation(text);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
};

test.each([
  ['at least 60% lower', { kind: 'at least', direction: 'lower', amount: { unit: 'share', value: 0.6 } }],
  ['at least 2x higher', { kind: 'at least', direction: 'higher', amount: { unit: 'times', value: 2 } }],
  ['at  least 1.5 x lower', { kind: 'at least', direction: 'lower', amount: { unit: 'times', value: 1.5 } }],
  [
    'at least 5 points lower',
    { kind: 'at least', direction: 'lower', amount: { unit: 'points', value: 0.05 } },
  ],
  [
    'at least 1 point higher',
    { kind: 'at least', direction: 'higher', amount: { unit: 'points', value: 0.01 } },
  ],
  ['no worse than 10%', { kind: 'no worse', amount: { unit: 'share', value: 0.1 } }],
  ['no worse than 2 points', { kind: 'no worse', amount: { unit: 'points', value: 0.02 } }],
])('%s', (text, expectation) => {
  expect(parsed(text)).toEqual(expectation);
});

test.each([
  ['', 0, 'cannot read'],
  ['60% lower', 0, 'cannot read'],
  ['at least', 8, 'expected an amount'],
  ['at least 60 lower', 9, 'expected an amount'],
  ['at least 60%', 12, 'a direction is missing'],
  ['at least 60% faster', 13, 'unknown direction `faster`'],
  ['at least 100% lower', 9, 'nothing can be 100% lower'],
  ['at least 1x lower', 9, 'above 1x'],
  ['at least 0% lower', 9, 'nothing'],
  ['no worse than 2x', 14, 'expected an amount'],
  ['no worse than 10% lower', 18, 'unexpected `lower`'],
  ['no worse than 100%', 14, '100%'],
])('%s is refused at its place', (text, offset, message) => {
  const result = parseExpectation(text);
  if (result.ok) throw new Error('accepted');
  expect(result.problem.offset).toBe(offset);
  expect(result.problem.message).toContain(message);
  expect(result.problem.suggestion).not.toBeNull();
});

describe('an expectation against documented figures', () => {
  test.each([
    // 9.62 s → 2 s is 79 % lower
    ['at least 60% lower', '9.62s', '2s', true],
    ['at least 80% lower', '9.62s', '2s', false],
    ['at least 4x lower', '9.62s', '2s', true],
    ['at least 5x lower', '9.62s', '2s', false],
    // 2.5 s → 0.3 s is exactly 88 % lower
    ['at least 88% lower', '2.5s', '0.3s', false],
    ['at least 87% lower', '2.5s', '0.3s', true],
    ['at least 93% lower', '15%', '1%', true],
    ['at least 94% lower', '15%', '1%', false],
    ['at least 14 points lower', '15%', '1%', false],
    ['at least 13 points lower', '15%', '1%', true],
    ['at least 14 points higher', '85%', '99%', false],
    ['at least 3x higher', '50', '200+', true],
    ['at least 4x higher', '50', '200+', false],
    ['at least 300% higher', '50', '200', false],
    ['at least 2x higher', '0.34/s', '20/s', true],
    ['no worse than 10%', '9.62s', '2s', true],
    ['no worse than 10%', '2s', '2s', false],
    ['at least 50% lower', '< 3s', '~ 1.5s', false],
    // The opposite of what is documented is not more of it.
    ['at least 10% higher', '2s', '1s', true],
    ['at least 2x lower', '1s', '2s', true],
    ['at least 5 points higher', '15%', '1%', true],
    ['at least 60% lower', '0', '2', true],
    ['at least 10% higher', '2s', '2s', false],
  ])('%s, %s → %s: weaker %s', (text, before, after, weaker) => {
    expect(isWeakerThanDocumented(parsed(text), { before, after })).toBe(weaker);
  });

  test.each([
    ['at least 60% lower', 'slow', '2s'],
    ['at least 60% lower', '2s', '60%'],
    ['at least 60% higher', '0', '2'],
    ['at least 5 points lower', '9s', '2s'],
  ])('%s, %s → %s cannot be told', (text, before, after) => {
    expect(isWeakerThanDocumented(parsed(text), { before, after })).toBeNull();
  });
});
