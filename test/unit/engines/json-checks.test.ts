// Checks of JSON values: paths, equality, and the words that say what is wrong.

import { describe, expect, it } from 'vitest';
import { compileChecks } from '../../../src/engines/json-checks.ts';
import { compileJsonPath, sameJson } from '../../../src/engines/json-path.ts';
import { jsonChecksInput } from '../../../src/engines/step-input.ts';
import { templates } from '../../../src/scenario/templates.ts';
import { plainScope } from '../../support/engine-users.ts';

const check = (
  written: Record<string, unknown>,
  value: unknown,
  values: Record<string, unknown> = {},
): string | null => compileChecks(jsonChecksInput.parse(written), templates)(plainScope(values))(value);

describe('JSON checks', () => {
  it.each([
    [{ '$.a': 'present' }, { a: null }, null],
    [{ '$.a': 'present' }, {}, '$.a is absent'],
    [{ '$.a': 'absent' }, {}, null],
    [{ '$.a': 'absent' }, { a: 0 }, '$.a is present'],
    [{ '$.a': 1 }, { a: '1' }, '$.a is "1", not 1'],
    [{ '$.a.b[1]': 2 }, { a: { b: [1, 2] } }, null],
    [{ '$.a[*]': 2 }, { a: [1, 2] }, null],
    [{ '$.a[*]': 3 }, { a: [1, 2] }, '$.a[*] is 1, not 3'],
    [{ '$.a[?@.k == 1]': 'present' }, { a: [{ k: 1 }] }, null],
    [{ '$.a': { x: 1, y: [2] } }, { a: { y: [2], x: 1 } }, null],
    [{ '$.a': 1, '$.b': 2 }, { a: 1, b: 3 }, '$.b is 3, not 2'],
    [{ $: 'present' }, 5, null],
    [{ '$.a': 'present' }, null, '$.a is absent'],
    [{ '$.toString': 'absent', '$.__proto__': 'absent' }, {}, null],
  ])('%j of %j: %s', (written, value, expected) => {
    expect(check(written, value)).toBe(expected);
  });

  it('compare with values filled in when the step is sent', () => {
    expect(check({ '$.id': '{{sent.id}}' }, { id: 7 }, { sent: { id: 7 } })).toBeNull();
    expect(check({ '$.id': 'a{{sent.id}}' }, { id: 'a8' }, { sent: { id: 7 } })).toBe(
      '$.id is "a8", not "a7"',
    );
    expect(() => check({ '$.id': '{{sent.id}}' }, {})).toThrow('{{sent.id}} has no value');
  });

  it('cut what they show', () => {
    expect(check({ '$.a': 1 }, { a: 'x'.repeat(5_000) })?.length).toBeLessThan(200);
  });
});

describe('equality of JSON values', () => {
  it.each([
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: undefined, b: 1 }, { b: 1, c: 1 }, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [null, {}, false],
    [{ a: [{ b: null }] }, { a: [{ b: null }] }, true],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(sameJson(a, b)).toBe(expected);
    expect(sameJson(b, a)).toBe(expected);
  });
});

describe('a plain path', () => {
  it('does not take an index for a key, nor a key for an index', () => {
    expect(compileJsonPath('$.a[0]')({ a: { 0: 'x' } })).toEqual([]);
    expect(compileJsonPath('$.length')([1, 2])).toEqual([]);
    expect(compileJsonPath('$[0]')('text')).toEqual([]);
  });
});
