// Whatever the printer writes, the parser reads back as the same promise; and no text at all makes the parser throw.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Measure, PromiseExpression } from '../../../src/slo/expression.ts';
import { parseMeasure, parsePromise } from '../../../src/slo/parse.ts';
import { printMeasure, printPromise } from '../../../src/slo/print.ts';

const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,8}$/);
const series = fc.oneof(
  word,
  word.map((name) => `flow:${name}`),
  fc.stringMatching(/^[A-Z]{3,6} \/[a-z0-9_./{}:?=&-]{0,20}$/),
  fc.tuple(word, word).map(([a, b]) => `GET /${a}(${b})/{{${a}}}`),
);
const phase = fc.oneof(
  fc.constant('steady'),
  word.map((id) => `fault:${id}`),
  word.map((id) => `recovery:${id}`),
);
const during = fc.uniqueArray(phase, { maxLength: 3 });
const subject = fc.option(series, { nil: null });
const micros = fc.integer({ min: 1, max: 7_200_000_000 });
const thousandths = (low: number, high: number): fc.Arbitrary<number> =>
  fc.integer({ min: low * 1_000, max: high * 1_000 }).map((value) => value / 1_000);
const share = thousandths(0.001, 99.999).map((percent) => percent / 100);
const rate = fc.oneof(
  thousandths(0.001, 5_000),
  thousandths(0.001, 5_000).map((perMinute) => (perMinute * 1_000_000) / 60_000_000),
);
const operator = fc.constantFrom('<', '<=', '>', '>=');

const promise = (
  metric: fc.Arbitrary<string>,
  limit: fc.Arbitrary<number>,
  argument: fc.Arbitrary<Measure['argument']> = fc.constant(null),
): fc.Arbitrary<PromiseExpression> =>
  fc
    .record({ measure: fc.record({ metric, subject, argument, during }), operator, limit })
    // An argument alone stands for all steps only where it is required.
    .filter(({ measure }) => measure.subject !== null || measure.argument?.kind !== 'outcome');

const outcome = fc.constantFrom<Measure['argument']>(
  null,
  { kind: 'outcome', outcome: 'ok' },
  { kind: 'outcome', outcome: 'failed' },
);
const threshold = micros.map((value): Measure['argument'] => ({ kind: 'duration', micros: value }));
const percentile = fc.oneof(
  fc.integer({ min: 1, max: 99 }).map((value) => `p${value}`),
  fc.constantFrom('p99.9', 'p99.99', 'p12.5'),
);

const anyPromise = fc.oneof(
  promise(percentile, micros, outcome),
  promise(fc.constantFrom('mean', 'max'), micros),
  promise(fc.constantFrom('error_rate', 'availability', 'achieved', 'dropped'), share),
  promise(fc.constant('throughput'), rate),
  promise(fc.constant('apdex'), thousandths(0, 1), threshold),
);

test('parse(print(promise)) is the promise', () => {
  fc.assert(
    fc.property(anyPromise, (original) => {
      const text = printPromise(original);
      const result = parsePromise(text);
      expect(result.ok ? result.value : `${text}: ${result.problem.message}`).toEqual(original);
    }),
    { numRuns: 2_000 },
  );
});

test('parse(print(measure)) is the measure', () => {
  fc.assert(
    fc.property(anyPromise, ({ measure }) => {
      const result = parseMeasure(printMeasure(measure));
      expect(result.ok && result.value).toEqual(measure);
    }),
  );
});

test('any text is either read or refused inside itself, never thrown at', () => {
  const pieces = fc.constantFrom(
    'p95',
    'error_rate',
    '(',
    ')',
    ',',
    '<',
    '>=',
    '2s',
    '5%',
    'during',
    'steady',
    'over',
    ' ',
    'é',
    '🙂',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((list) => list.join(' ')),
      ),
      (text) => {
        const result = parsePromise(text);
        if (result.ok) return;
        expect(result.problem.offset).toBeGreaterThanOrEqual(0);
        expect(result.problem.offset).toBeLessThanOrEqual(text.length);
      },
    ),
    { numRuns: 2_000 },
  );
});
