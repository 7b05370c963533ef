// Scrapes written and read again are exactly what they were, whatever was scraped.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrapedKinds, type ScrapeLog } from '../../../src/record/scrape-log.ts';
import { formatScrapes, parseScrapes } from '../../../src/record/scrapes.ts';

const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, 1, NaN, Infinity, -Infinity), fc.nat(3));

const logs = fc
  .record({
    gaps: fc.array(fc.integer({ min: 1, max: 3_000_000 }), { maxLength: 12 }),
    failures: fc.array(fc.record({ atMicros: fc.integer({ min: -5, max: 10_000_000 }), why: fc.string() }), {
      maxLength: 4,
    }),
    series: fc.array(
      fc.record({
        name: fc.string(),
        labels: fc.dictionary(fc.stringMatching(/^[a-z]\w*$/), fc.string(), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        kind: fc.constantFrom(...scrapedKinds),
        values: fc.array(fc.option(value), { minLength: 12, maxLength: 12 }),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ gaps, failures, series }): ScrapeLog => {
    let atMicros = -2_000_000;
    const scrapes = gaps.map((gap) => ({ atMicros: (atMicros += gap), tookMicros: gap }));
    return {
      url: 'http://127.0.0.1:1/metrics',
      everyMicros: 1_000_000,
      scrapes,
      failures: [...failures].sort((a, b) => a.atMicros - b.atMicros),
      series: series.map(({ values, ...named }) => ({
        ...named,
        points: scrapes.flatMap((scrape, index) => {
          const own = values[index] ?? null;
          return own === null ? [] : [{ atMicros: scrape.atMicros, value: own }];
        }),
      })),
    };
  });

test('written and read again', () => {
  fc.assert(
    fc.property(logs, (log) => {
      const text = formatScrapes(log);
      const read = parseScrapes(text, 'scrapes.ndjson');
      expect(read).toEqual(log);
      expect(formatScrapes(read)).toBe(text);
    }),
  );
});
