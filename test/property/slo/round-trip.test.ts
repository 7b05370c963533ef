// Whatever the printer writes, the parser reads back as the same promise; and no text at all makes the parser throw.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromK6 } from '../../../src/slo/k6.ts';
import { parseMeasure, parsePromise } from '../../../src/slo/parse.ts';
import { printMeasure, printPromise } from '../../../src/slo/print.ts';
import { anyPromise } from './promises.ts';

test('parse(print(promise)) is the promise', () => {
  fc.assert(
    fc.property(anyPromise, (original) => {
      const text = printPromise(original);
      const result = parsePromise(text);
      expect(result.ok ? result.value : `${text}: ${result.problem.message}`).toEqual(original);
    }),
    { numRuns: 4_000 },
  );
});

test('parse(print(measure)) is the measure', () => {
  fc.assert(
    fc.property(anyPromise, ({ measure }) => {
      const text = printMeasure(measure);
      const result = parseMeasure(text);
      expect(result.ok ? result.value : `${text}: ${result.problem.message}`).toEqual(measure);
    }),
    { numRuns: 1_000 },
  );
});

const pieces = fc.constantFrom(
  ...['p95', 'p99.9', 'error_rate', 'burn', 'cpu', 'metric', 'recovery', 'hold', 'apdex'],
  ...['http_req_duration', 'checks', 'rate', 'p(95)', 'count', 'name:'],
  ...['(', ')', '{', '}', '[', ',', ':', '"', "'", '\\', '=', '=~', '!=', '<', '>=', '/', '-', '+', '*'],
  ...['2s', '5%', '64KiB', '50/s', '0', '1e9', '9'.repeat(400), '-5', '+10%', 'points', '99.9%', '500ms'],
  ...['during', 'steady', 'fault:x', 'over', '60s/5s', 'vs', 'last_green', 'pinned', 'rolling_median'],
  ...[' ', '\n', '\0', 'é', '🙂', '__proto__', 'constructor', 'query', 'max'],
);

const text = fc.oneof(
  fc.string(),
  fc.array(pieces, { maxLength: 20 }).map((list) => list.join(' ')),
  fc.array(pieces, { maxLength: 20 }).map((list) => list.join('')),
  // Nearly right: a promise with something in the wrong place.
  fc.tuple(anyPromise, pieces, fc.nat()).map(([promise, piece, place]) => {
    const right = printPromise(promise);
    const at = place % (right.length + 1);
    return `${right.slice(0, at)}${piece}${right.slice(at)}`;
  }),
);

test('any text is either read or refused inside itself, never thrown at', () => {
  fc.assert(
    fc.property(text, (written) => {
      for (const result of [parsePromise(written), parseMeasure(written)]) {
        if (result.ok) continue;
        expect(result.problem.offset).toBeGreaterThanOrEqual(0);
        expect(result.problem.offset).toBeLessThanOrEqual(written.length);
        expect(result.problem.message).not.toBe('');
      }
    }),
    { numRuns: 4_000 },
  );
});

test('what is read is printed and read back as the same', () => {
  fc.assert(
    fc.property(text, (written) => {
      const first = parsePromise(written);
      if (!first.ok) return;
      const second = parsePromise(printPromise(first.value));
      expect(second.ok ? second.value : second.problem).toEqual(first.value);
    }),
    { numRuns: 4_000 },
  );
});

test('no threshold makes the reader of k6 throw', () => {
  fc.assert(
    fc.property(text, text, (metric, threshold) => {
      const result = fromK6(metric, threshold);
      if (result.ok) return;
      expect(result.problem.offset).toBeLessThanOrEqual(metric.length + 1 + threshold.length);
    }),
    { numRuns: 1_000 },
  );
});
