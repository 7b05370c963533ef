// A seed that no record holds is refused before anything is measured.

import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { seedNumber } from '../../../src/cli/options.ts';

test.each([
  ['0', 0],
  ['42', 42],
  ['4294967295', 0xffffffff],
])('--seed %s', (text, seed) => {
  expect(seedNumber(text)).toBe(seed);
});

test.each(['', ' ', '-1', '1.5', '1e3', '0x10', '1e16', '4294967296', '9007199254740993', 'many', '٣'])(
  '--seed "%s" is refused',
  (text) => {
    expect(() => seedNumber(text)).toThrow(InvalidArgumentError);
    expect(() => seedNumber(text)).toThrow(`"${text}" is not a whole number from 0 to 4294967295.`);
  },
);
