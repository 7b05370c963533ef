// Whatever labels and values a target exposes come out as they went in, and no text makes the parser fail.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExposition, parseSeries } from '../../../src/system/exposition.ts';

const word = fc.stringMatching(/^[a-zA-Z_]\w{0,20}$/);
const text = fc.string({ unit: 'binary', maxLength: 40 });
const label = word.filter((name) => !name.startsWith('__'));
const labels = fc.dictionary(label, text, { maxKeys: 6 });

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const shown = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);

test('what is exposed is read', () => {
  fc.assert(
    fc.property(word, labels, fc.double(), (name, given, value) => {
      const pairs = Object.entries(given).map(([label, own]) => `${label}="${escaped(own)}"`);
      const { samples, malformed } = parseExposition(`${name}{${pairs.join(',')}} ${shown(value)}\n`);
      expect(malformed).toBe(0);
      expect(samples[0]?.value).toBe(Object.is(value, -0) ? 0 : value);
      expect(parseSeries(samples[0]?.series ?? '')).toEqual({ name, labels: { ...given } });
    }),
  );
});

test('no text makes it throw, and every line is kept or counted', () => {
  const piece = fc.constantFrom(
    'a',
    '{',
    '}',
    '"',
    '\\',
    '=',
    ',',
    ' ',
    '#',
    '1',
    'NaN',
    '\n',
    '# TYPE a counter',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const body = pieces.join('');
      const { samples, malformed, first } = parseExposition(body);
      for (const { series } of samples) parseSeries(series);
      expect(first === null).toBe(malformed === 0);
      expect(samples.length + malformed).toBeLessThanOrEqual(body.split('\n').length);
    }),
  );
});
