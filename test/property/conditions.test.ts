// Conditions, whatever they are made of: what is written means what it says, and nothing makes them throw or run code.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConditionError } from '../../src/scenario/condition-words.ts';
import { compileCondition } from '../../src/scenario/conditions.ts';
import { plainScope } from '../support/engine-users.ts';

/** A condition as text beside what it must come to. */
interface Told {
  readonly text: string;
  readonly value: boolean;
}

const scope = plainScope({ yes: true, no: false, five: 5, word: 'five', list: [1, 'a'] });
const atom = fc.constantFrom<Told>(
  { text: 'yes', value: true },
  { text: 'no', value: false },
  { text: 'missing', value: false },
  { text: 'five == 5', value: true },
  { text: 'five>5', value: false },
  { text: 'word   !=  "x"', value: true },
  { text: "word == 'fi'", value: false },
  { text: 'list contains "a"', value: true },
);
const { told } = fc.letrec<{ told: Told }>((tie) => ({
  told: fc.oneof(
    { maxDepth: 6 },
    atom,
    tie('told').map(({ text, value }) => ({ text: `not (${text})`, value: !value })),
    fc.tuple(tie('told'), tie('told')).map(([a, b]) => ({
      text: `(${a.text}) and (${b.text})`,
      value: a.value && b.value,
    })),
    fc.tuple(tie('told'), tie('told')).map(([a, b]) => ({
      text: `(${a.text}) or (${b.text})`,
      value: a.value || b.value,
    })),
  ),
}));

test('a condition comes to what its parts come to', () => {
  fc.assert(
    fc.property(told, ({ text, value }) => {
      expect(compileCondition(text).holds(scope)).toBe(value);
    }),
  );
});

test('without brackets, `not` binds closest, then `and`, then `or`', () => {
  const sum = fc.array(fc.array(fc.tuple(fc.boolean(), atom), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(sum, (terms) => {
      const text = terms
        .map((factors) => factors.map(([not, { text: one }]) => `${not ? 'not ' : ''}${one}`).join(' and '))
        .join(' or ');
      const value = terms.some((factors) => factors.every(([not, one]) => one.value !== not));
      expect(compileCondition(text).holds(scope)).toBe(value);
    }),
  );
});

const pieces = fc.constantFrom(
  ...[
    'yes',
    'a.b',
    '"t"',
    "'t'",
    '5',
    '-1.5',
    '5s',
    '==',
    '=',
    '<',
    '>=',
    'contains',
    'and',
    'or',
    'not',
    '&&',
  ],
  ...[
    '(',
    ')',
    'random.int(1, 2)',
    'random.int(',
    'base64(a)',
    '{{',
    '}}',
    ' ',
    '"',
    'null',
    'constructor',
    '__proto__',
  ],
);
const anything = fc.oneof(
  fc.string(),
  fc.array(pieces, { maxLength: 12 }).map((all) => all.join(' ')),
);

test('any text is a condition that holds or does not, or is refused at a place inside it', () => {
  fc.assert(
    fc.property(anything, fc.dictionary(fc.string(), fc.jsonValue()), (text, values) => {
      try {
        const condition = compileCondition(text);
        const asked = plainScope({ ...values, random: () => 0.5 });
        expect(typeof condition.holds(asked)).toBe('boolean');
        expect(typeof condition.values(asked)).toBe('string');
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ConditionError);
        const { offset } = thrown as ConditionError;
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('of any two values: equal is the opposite of unequal, and less is more the other way round', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const asked = plainScope({ a, b });
      const holds = (text: string): boolean => compileCondition(text).holds(asked);
      expect(holds('a == b')).toBe(!holds('a != b'));
      expect(holds('a == b')).toBe(holds('b == a'));
      expect(holds('a < b')).toBe(holds('b > a'));
      expect(holds('a <= b') && holds('a > b')).toBe(false);
      expect(holds('a == a')).toBe(true);
    }),
  );
});
