// What is kept of scrapes: no credential, no series taken for another, no name that is only half there, no whole body.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/kernel/redact.ts';
import { createScrapeBook } from '../../../src/record/scrape-book.ts';
import { createScrapedSeries } from '../../../src/system/scraped-series.ts';

const secret = 'sesame-1234-open-the-door';

function scraping(redact = createRedactor([secret])) {
  const book = createScrapeBook();
  const series = createScrapedSeries(book, redact);
  let atMicros = 0;
  return {
    take: (text: string) => {
      const taken = series.take({ text, openMetrics: false });
      atMicros += 1_000_000;
      if (typeof taken !== 'string') book.addScrape({ atMicros, tookMicros: 1 }, taken.changed, taken.gone);
      return taken;
    },
    log: () => book.log({ url: 'http://127.0.0.1:1/metrics', everyMicros: 1_000_000 }, 0),
    notes: () => series.notes(),
  };
}

describe('credentials', () => {
  // The note is cut in the midst of it.
  const long = `up{path="/a/rather/long/path",key="${secret}"}`;

  it.each([
    ['a line without a value', `ok 1\n${long}`],
    ['labels that cannot be read', `ok 1\n${long.replace(',key', ',,key')} 1`],
    ['a line that stands twice', `ok 1\n${long} 1\n${long} 2`],
  ])('are in no note: %s', (_what, text) => {
    const { take, notes } = scraping();
    take(text);
    expect(notes()).toHaveLength(1);
    expect(notes()[0]).toContain('[redact');
    expect(notes()[0]).not.toContain('sesame');
  });

  it('are in no reason of a scrape that failed', () => {
    const why = scraping().take(long);
    expect(why).toContain('line 1: `up{path=');
    expect(why).not.toContain('sesame');
  });

  it('that tell series apart do so without being shown', () => {
    const { take, log } = scraping(createRedactor([secret, 'abracadabra', '[redacted 2]']));
    const body = (step: number): string =>
      [
        `hits{key="${secret}"} ${step}`,
        `hits{key="abracadabra"} ${10 * step}`,
        `hits{key="[redacted]"} ${100 * step}`,
        `hits{key="plain"} 5`,
      ].join('\n');
    take(body(1));
    take(body(2));
    const { series } = log();
    expect(series.map(({ points }) => points.map(({ value }) => value))).toEqual([
      ...[
        [1, 2],
        [10, 20],
        [100, 200],
        [5, 5],
      ],
    ]);
    const shown = series.map(({ labels }) => labels['key']);
    expect(new Set(shown).size).toBe(4);
    expect(shown.join()).not.toMatch(/sesame|abracadabra/);
  });

  it('look alike in every series that has them', () => {
    const { take, log } = scraping();
    take(`a{key="${secret}"} 1\nb{key="${secret}"} 1\na{key="x:${secret}"} 1`);
    expect(log().series.map(({ labels }) => labels['key'])).toEqual([
      ...['[redacted]', '[redacted]', 'x:[redacted]'],
    ]);
  });
});

describe('a name of which some series is not kept', () => {
  it('is told: beyond the first 5,000', () => {
    const { take, log, notes } = scraping();
    const many = Array.from({ length: 4_999 }, (_, index) => `many{id="${index}"} 1`).join('\n');
    take(`${many}\nrare 1\nerrors_total{code="500"} 1\nmany{id="x"} 1\nmany{id="y"} 1`);
    expect(log().series.at(-1)?.name).toBe('rare');
    expect(log().leftOut).toEqual(['errors_total', 'many']);
    expect(notes()).toEqual([
      'the target exposes more than 5000 series: 3 or more were left out, and promises about their names have no data',
    ]);
  });

  it('is told: labels or values that cannot be read', () => {
    const { take, log } = scraping();
    take('ok 1\na{b="1"} 1\na{b="2",b="3"} 1\nc{d="1"} 1,000\n');
    expect(log().leftOut).toEqual(['a', 'c']);
    expect(scraping().log()).not.toHaveProperty('leftOut');
  });
});

it('keeps no body alive by what was cut out of it', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  const { take, log } = scraping();
  const comment = `# ${'x'.repeat(4_000_000)}`;
  const before = held();
  for (let nth = 0; nth < 20; nth += 1)
    take(`${comment}\na_metric_of_some_length{label="${nth}"} 1\nunread_${nth}_of_some_length{ 1\n`);
  expect(held() - before).toBeLessThan(20_000_000);
  expect(log().series).toHaveLength(20);
});
