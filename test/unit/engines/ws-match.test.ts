// Which message is meant: values filled in once, and the one that tells messages apart picked as the key.

import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/engines/json-checks.ts';
import { Incoming } from '../../../src/engines/ws-incoming.ts';
import { compileMatch } from '../../../src/engines/ws-match.ts';
import { matchInput } from '../../../src/engines/ws-message-input.ts';
import { environmentOf, plainScope } from '../../support/engine-users.ts';

const environment = environmentOf({}, {});
const bind = (written: unknown, values: Record<string, unknown> = {}) =>
  compileMatch(matchInput.parse(written), environment)(plainScope(values));
const incoming = (data: string | Buffer, isBinary = false): Incoming =>
  new Incoming(Buffer.from(data), isBinary, 0, (raw) => parseJson(raw.toString()));

describe('the key of a match', () => {
  it('is the first value that a template makes, not one that all replies share', () => {
    const match = bind(
      { '$.type': 'reply', '$.id': '{{sent.id}}', '$.n': '{{sent.n}}' },
      { sent: { id: 7, n: 1 } },
    );
    expect(match.key).toMatchObject({ path: '$.id', value: 7 });
    expect(match.matches(incoming('{"type":"reply","id":7,"n":1}'))).toBe(true);
    for (const other of [
      '{"type":"push","id":7,"n":1}',
      '{"type":"reply","id":"7","n":1}',
      '{"type":"reply","id":7}',
      'x',
    ])
      expect(match.matches(incoming(other))).toBe(false);
  });

  it.each([
    ['fixed values only', { '$.type': 'reply' }],
    ['presence only', { '$.id': 'present', '$.error': 'absent' }],
    ['any', 'any'],
    ['a text', { text: 'ok' }],
    ['a regular expression', { regex: 'ok' }],
    ['bytes', { binary: { hex: '00' } }],
  ])('is none of %s, and the match is the same object each time', (_, written) => {
    const match = compileMatch(matchInput.parse(written), environment);
    expect(match(plainScope()).key).toBeNull();
    expect(match(plainScope())).toBe(match(plainScope()));
  });

  it('is none when the value is a list or a map, which is compared all the same', () => {
    const match = bind({ '$.ref': '{{sent}}' }, { sent: { a: [1], b: 2 } });
    expect(match.key).toBeNull();
    expect(match.matches(incoming('{"ref":{"b":2,"a":[1]}}'))).toBe(true);
    expect(match.matches(incoming('{"ref":{"b":2,"a":[2]}}'))).toBe(false);
  });

  it('draws each value once', () => {
    let draws = 0;
    const scope = { get: () => `value ${(draws += 1)}`, set: () => undefined };
    const match = compileMatch(matchInput.parse({ '$.a': '{{x}}', '$.b': '{{x}}' }), environment)(scope);
    expect(draws).toBe(2);
    expect(match.matches(incoming('{"a":"value 1","b":"value 2"}'))).toBe(true);
    expect(draws).toBe(2);
  });
});

describe('text and bytes', () => {
  it.each([
    [{ text: 'b c' }, 'a b c d', false, true],
    [{ text: 'b c' }, 'a b c d', true, false],
    [{ text: '{{word}}' }, 'say hello', false, true],
    [{ regex: '^\\w+$' }, 'word', false, true],
    [{ regex: '^\\w+$' }, 'two words', false, false],
    [{ binary: 'any' }, 'x', true, true],
    [{ binary: 'any' }, 'x', false, false],
    [{ binary: { base64: 'YWI=' } }, 'abc', true, true],
    [{ binary: { base64: 'YWI=' } }, 'a', true, false],
    ['any', '', false, true],
  ])('%j against %j (binary: %j): %j', (written, text, isBinary, expected) => {
    expect(bind(written, { word: 'hello' }).matches(incoming(text, isBinary))).toBe(expected);
  });
});
