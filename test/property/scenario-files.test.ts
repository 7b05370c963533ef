// Files come from people: whatever they hold, the answer is a list of problems with places, never a crash.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSource } from '../../src/scenario/yaml-document.ts';
import { durationInput, rateInput } from '../../src/scenario/quantities.ts';
import { examine, scenarioText } from '../unit/scenario/read-fixture.ts';

test('any text is read or refused with a place', () => {
  const yamlish = fc.string({
    unit: fc.constantFrom(...Array.from('ab:-?&*!|>[]{},"\'#%@` \n\t{{}}')),
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string()), (text) => {
      const { document, diagnostics } = parseSource('f.yml', text);
      expect(document === undefined).toBe(diagnostics.length > 0);
      for (const { line, column } of diagnostics) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 1_000 },
  );
});

test('any value at any place of a JSON document has the place at which it is written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ a: fc.integer(), b: fc.string() }), { minLength: 1, maxLength: 8 }),
      (items) => {
        const text = JSON.stringify({ items }, null, 2);
        const { document } = parseSource('f.json', text);
        const rows = text.split('\n');
        items.forEach((item, index) => {
          const { line, column } = document?.place(['items', index, 'b'], 'value') ?? { line: 0, column: 0 };
          expect(rows[line - 1]?.slice(column - 1)).toBe(JSON.stringify(item.b));
        });
      },
    ),
    { numRuns: 200 },
  );
});

test('a slip anywhere in a scenario never crashes, and is placed', async () => {
  const slip = fc.record({
    at: fc.nat(scenarioText.length - 1),
    cut: fc.nat(6),
    put: fc.string({ unit: fc.constantFrom(...Array.from('ab19:-{}[],"\n s/%<>()')), maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(slip, async ({ at, cut, put }) => {
      const text = scenarioText.slice(0, at) + put + scenarioText.slice(at + cut);
      const { loaded, diagnostics } = await examine(text);
      expect(loaded === undefined).toBe(diagnostics.length > 0);
      for (const { line, message } of diagnostics) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
      }
    }),
    { numRuns: 100 },
  );
});

test('a quantity is never read without its unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
      for (const schema of [durationInput, rateInput]) {
        expect(schema.safeParse(value).success).toBe(false);
        expect(schema.safeParse(String(value)).success).toBe(false);
      }
    }),
  );
});

test('a duration in milliseconds is that many thousand microseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => {
      expect(durationInput.parse(`${ms}ms`)).toBe(ms * 1000);
    }),
  );
});
