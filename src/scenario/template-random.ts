// The functions of templates that draw from a user's seeded generator.

import type { Scope } from '../engines/engine.ts';
import { UnresolvedValue } from '../engines/unresolved.ts';
import type { Random } from '../kernel/random.ts';
import { randomInteger } from '../kernel/random.ts';

interface RandomFunction {
  /** e.g. `random.int(1, 10)`; works as an example. */
  readonly usage: string;
  /** From its arguments as written, none of them empty; a text = what is wrong with them. */
  readonly compile: (items: readonly string[]) => ((scope: Scope) => unknown) | string;
}

/** The scope hands out its seeded generator under the name `random`. */
function randomOf(scope: Scope): Random {
  const random = scope.get('random');
  if (typeof random !== 'function') throw new UnresolvedValue('random');
  return random as Random;
}

const wholeNumber = (item: string | undefined): number =>
  item !== undefined && /^-?\d+$/.test(item) ? Number(item) : Number.NaN;
const decimal = (item: string | undefined): number =>
  item !== undefined && /^-?\d+(?:\.\d+)?$/.test(item) ? Number(item) : Number.NaN;

const longest = 10_000;

const characters =
  (alphabet: string): RandomFunction['compile'] =>
  (items) => {
    const length = wholeNumber(items[0]);
    if (items.length !== 1 || !(length >= 1 && length <= longest)) {
      return `expected a length from 1 to ${longest}`;
    }
    return (scope) => {
      const random = randomOf(scope);
      let text = '';
      for (let index = 0; index < length; index += 1) {
        text += alphabet[randomInteger(random, 0, alphabet.length - 1)] ?? '';
      }
      return text;
    };
  };

const letters = 'abcdefghijklmnopqrstuvwxyz';

export const randomFunctions: Readonly<Record<string, RandomFunction>> = {
  'random.int': {
    usage: 'random.int(1, 10)',
    compile: (items) => {
      const [low, high] = [wholeNumber(items[0]), wholeNumber(items[1])];
      const safe = Number.isSafeInteger(low) && Number.isSafeInteger(high) && high - low < 2 ** 32;
      if (items.length !== 2 || !(low <= high) || !safe) {
        return 'random.int takes two whole numbers, the lower one first and less than 2^32 apart';
      }
      return (scope) => randomInteger(randomOf(scope), low, high);
    },
  },
  'random.float': {
    usage: 'random.float(0, 1)',
    compile: (items) => {
      const [low, high] = [decimal(items[0]), decimal(items[1])];
      if (items.length !== 2 || !(low <= high) || !Number.isFinite(high - low)) {
        return 'random.float takes two numbers, the lower one first';
      }
      return (scope) => low + randomOf(scope)() * (high - low);
    },
  },
  'random.pick': {
    usage: 'random.pick(red, green, blue)',
    compile: (items) => (scope) => items[randomInteger(randomOf(scope), 0, items.length - 1)],
  },
  'random.string': {
    usage: 'random.string(12)',
    compile: characters(`${letters}${letters.toUpperCase()}0123456789`),
  },
  'random.hex': { usage: 'random.hex(16)', compile: characters('0123456789abcdef') },
};
