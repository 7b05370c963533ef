// Scrapes on a grid of time: nothing overlaps, nothing is made up for, and what fails is told and never a zero.

import { afterEach, describe, expect, it } from 'vitest';
import type { ScrapeRequest } from '../../../src/system/scrape-request.ts';
import { type Scraper, startScraper } from '../../../src/system/scraper.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const secondMicros = 1_000_000;
const startMicros = 100 * secondMicros;

/** What the target does at the nth scrape: how long it takes, and what it answers. */
type Answer = string | { readonly afterMicros: number; readonly text: string } | Error;

let open: Scraper | null = null;
afterEach(() => open?.close());

async function scraping(
  answerOf: (nth: number) => Answer,
  { everyMicros = secondMicros, openMetrics = false } = {},
) {
  const clock = new FakeClock(startMicros);
  const seen = { begun: 0, underWay: 0, most: 0 };
  const interrupted = new AbortController();
  const request: ScrapeRequest = async (signal) => {
    const answer = answerOf(seen.begun);
    seen.begun += 1;
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    try {
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'string') return { text: answer, openMetrics };
      await clock.sleepUntil(clock.nowMicros() + answer.afterMicros, signal);
      if (signal.aborted) throw new Error('aborted');
      return { text: answer.text, openMetrics };
    } finally {
      seen.underWay -= 1;
    }
  };
  const started = startScraper({
    ...{ url: 'http://127.0.0.1:4001/metrics?token=sesame-1234', everyMicros, clock, request },
    signal: interrupted.signal,
    redact: (text) => text.replaceAll('sesame-1234', '[redacted]'),
  });
  await clock.advance(everyMicros - 1);
  const scraper = await started;
  open = scraper;
  return { clock, scraper, seen, interrupted, log: () => scraper.log(startMicros) };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4001'), { code: 'ECONNREFUSED' });

describe('on its grid', () => {
  it('scrapes before the load, then once an interval', async () => {
    const { clock, scraper, log } = await scraping((nth) => `a ${nth}\n`);
    await clock.advance(3 * secondMicros);
    scraper.close();
    const { scrapes, series, failures } = scraper.log(startMicros + 500_000);
    expect(scrapes.map(({ atMicros }) => atMicros)).toEqual([-500_000, 500_000, 1_500_000, 2_500_000]);
    expect(series).toEqual([
      {
        ...{ name: 'a', labels: {}, kind: 'untyped' },
        points: scrapes.map(({ atMicros }, index) => ({ atMicros, value: index })),
      },
    ]);
    expect(failures).toEqual([]);
    expect(log().url).toBe('http://127.0.0.1:4001/metrics?token=[redacted]');
  });

  it('leaves out what has passed, and never has two under way', async () => {
    const { clock, scraper, seen, log } = await scraping(
      (nth) => (nth === 1 ? { afterMicros: 1_700_000, text: 'a 1' } : 'a 2'),
      { everyMicros: 4 * secondMicros },
    );
    const extra = [scraper.scrape(), scraper.scrape()];
    await clock.advance(10 * secondMicros);
    await Promise.all(extra);
    expect(seen.most).toBe(1);
    // 0, and two besides the grid at 4 (one microsecond early), then the grid at 8 and 12.
    expect(log().scrapes.map(({ atMicros }) => Math.round(atMicros / secondMicros))).toEqual([
      0, 4, 6, 6, 8, 12,
    ]);
  });

  it('makes up for nothing after the process stood still', async () => {
    const { clock, seen, log } = await scraping(() => 'a 1');
    await clock.jump(5_500_000);
    await clock.advance(2 * secondMicros);
    expect(seen.begun).toBe(4);
    expect(log().failures).toEqual([]);
  });

  it('ends when it is closed or the run is interrupted, and counts neither as a failure', async () => {
    const { clock, seen, interrupted, log } = await scraping((nth) =>
      nth === 0 ? 'a 1' : { afterMicros: 500_000, text: 'a 2' },
    );
    await clock.advance(100_000);
    interrupted.abort();
    await clock.advance(5 * secondMicros);
    expect(seen.begun).toBe(2);
    expect(log().failures).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });
});

describe('a scrape that fails', () => {
  it.each<[string, Answer, string]>([
    ['nobody there', refused, 'ECONNREFUSED'],
    ['a status', new Error('status 503'), 'status 503'],
    ['no answer', { afterMicros: 5_000_000, text: 'a 1' }, 'timeout after 800ms'],
    ['an empty body', '', 'its body holds no metrics'],
    ['a page', '<html>', 'its body holds no metrics (line 1: `<html>`: no value)'],
    ['names that cannot be read', '1a 5', 'its body holds no metrics'],
  ])('%s: with its reason and time, and no value', async (_what, answer, why) => {
    const { clock, scraper, log } = await scraping((nth) => (nth === 1 ? answer : 'a 7'));
    await clock.advance(2 * secondMicros);
    const { series, scrapes, failures } = log();
    expect(failures).toEqual([{ atMicros: secondMicros, why }]);
    expect(scrapes).toHaveLength(2);
    expect(series[0]?.points.map(({ value }) => value)).toEqual([7, 7]);
    expect(scraper.notes(startMicros)[0]).toBe(`1 of 3 scrapes failed, the first at 1s: ${why}`);
  });

  it('OpenMetrics that ends too early was cut off', async () => {
    const { log } = await scraping(() => 'a 1\n', { openMetrics: true });
    expect(log().failures[0]?.why).toBe('its body ends before `# EOF`');
  });

  it('before the load says so', async () => {
    const { scraper } = await scraping(() => refused);
    expect(scraper.notes(startMicros + 1)).toEqual([
      '1 of 1 scrapes failed, the first before the load: ECONNREFUSED',
    ]);
  });
});

describe('what is kept', () => {
  it('a series that is gone has no points, and may come back', async () => {
    const bodies = ['a 1\nb 1', 'a 1', 'a 2\nb NaN', 'a 2\nb NaN'];
    const { clock, log } = await scraping((nth) => bodies[nth] ?? '');
    await clock.advance(3 * secondMicros);
    const points = log().series.map(({ points }) =>
      points.map(({ atMicros, value }) => [atMicros / secondMicros, value]),
    );
    expect(points).toEqual([
      [
        [0, 1],
        [1, 1],
        [2, 2],
        [3, 2],
      ],
      [
        [0, 1],
        [2, NaN],
        [3, NaN],
      ],
    ]);
  });

  it('one series, whatever the order of its labels; with two values its name is no longer judged', async () => {
    const { clock, scraper, log } = await scraping((nth) =>
      nth === 0 ? 'b 1\na{x="1",y="2"} 5' : 'b 1\na{y="2",x="1"} 6\na{x="1",y="2"} 7',
    );
    expect(log().leftOut).toBeUndefined();
    await clock.advance(secondMicros);
    expect(log().series.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(log().series[1]?.points.map(({ value }) => value)).toEqual([5, 6]);
    expect(log().leftOut).toEqual(['a']);
    expect(scraper.notes(startMicros)).toEqual([
      'lines of scrapes that could not be read: 1, the first: `a{x="1",y="2"}` stands twice',
    ]);
  });

  it('secrets in labels are not', async () => {
    const { log } = await scraping(() => 'a{key="sesame-1234"} 1');
    expect(log().series[0]?.labels).toEqual({ key: '[redacted]' });
  });

  it('of more than 5,000 series the first ones, with a note', async () => {
    const body = (from: number): string =>
      Array.from({ length: 5_010 }, (_, index) => `a{id="${from + index}"} 1`).join('\n');
    const { clock, scraper, log } = await scraping((nth) => body(nth * 5));
    await clock.advance(secondMicros);
    const { series } = log();
    expect(series).toHaveLength(5_000);
    expect(series.at(-1)?.labels).toEqual({ id: '4999' });
    expect(series[4]?.points).toHaveLength(1);
    expect(series[5]?.points).toHaveLength(2);
    expect(scraper.notes(startMicros)).toEqual([
      'the target exposes more than 5000 series: 15 or more were left out, and promises about their names have no data',
    ]);
  });

  it('lines that cannot be read are counted in every scrape', async () => {
    const { clock, scraper } = await scraping(() => 'a 1\nb\n1c 4');
    await clock.advance(secondMicros);
    expect(scraper.notes(startMicros)).toEqual([
      'lines of scrapes that could not be read: 4, the first: `1c`: no name of a metric',
    ]);
  });
});
