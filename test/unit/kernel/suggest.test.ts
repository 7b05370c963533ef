import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../src/kernel/suggest.ts';

const known = ['arrivals', 'users', 'maxInFlight', 'onLimit', 'at'];

test.each([
  ['a letter left out', 'arivals', 'arrivals'],
  ['a letter too many', 'userss', 'users'],
  ['two letters swapped', 'arrivlas', 'arrivals'],
  ['a wrong letter', 'usera', 'users'],
  ['another way to write one word', 'max_in_flight', 'maxInFlight'],
  ['capitals', 'ONLIMIT', 'onLimit'],
])('%s still finds the word', (_, word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test.each(['weight', 'x', 'arrows', ''])('%j is near to nothing known', (word) => {
  expect(nearest(word, known)).toBeUndefined();
  expect(didYouMean(word, known)).toBeUndefined();
});

test('the nearest of several is meant, the first of equals', () => {
  expect(nearest('stat', ['state', 'start', 'stats'])).toBe('state');
  expect(nearest('fault', ['faults', 'default'])).toBe('faults');
});
