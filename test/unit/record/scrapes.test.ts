// scrapes.ndjson: small where nothing changes, and refused where it is damaged.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scrapingOf } from '../../../src/record/scrape-log.ts';
import { formatScrapes, parseScrapes } from '../../../src/record/scrapes.ts';
import { readRecord, writeRecord } from '../../../src/record/store.ts';
import { realisticRun } from '../../support/run-data.ts';
import { scrapeLogOf } from '../../support/scrape-logs.ts';

const log = scrapeLogOf(
  [
    { name: 'a_total', labels: { code: '200' }, kind: 'counter', values: [5, 5, 9] },
    { name: 'b', values: [null, NaN, null] },
    { name: 'never', values: [] },
  ],
  { failures: [{ atMicros: 1_000_000, why: 'status 503' }] },
);

const lines = [
  '{"type":"scraping","url":"http://127.0.0.1:4001/metrics","everyMicros":1000000}',
  '{"type":"series","id":0,"name":"a_total","labels":{"code":"200"},"kind":"counter"}',
  '{"type":"scrape","atMicros":-500000,"tookMicros":3000,"values":[[0,5]]}',
  '{"type":"series","id":1,"name":"b","labels":{},"kind":"gauge"}',
  '{"type":"scrape","atMicros":500000,"tookMicros":3000,"values":[[1,"NaN"]]}',
  '{"type":"failure","atMicros":1000000,"why":"status 503"}',
  '{"type":"scrape","atMicros":1500000,"tookMicros":3000,"values":[[0,9]],"gone":[1]}',
  '{"type":"series","id":2,"name":"never","labels":{},"kind":"gauge"}',
];
const text = lines.map((line) => `${line}\n`).join('');

describe('the file', () => {
  it('has each series once and of each scrape what changed', () => {
    expect(formatScrapes(log)).toBe(text);
    expect(parseScrapes(text, 'scrapes.ndjson')).toEqual(log);
  });

  it('may have lines of later versions', () => {
    expect(parseScrapes(`${text}{"type":"exemplar"}\n`, 'scrapes.ndjson')).toEqual(log);
  });

  it.each<[string, number, string, string]>([
    ['no JSON', 2, '{"type":', '3: not a line of scrapes'],
    ['a missing key', 2, '{"type":"scrape","atMicros":1}', '3: not a line of scrapes'],
    [
      'a value of nothing',
      2,
      '{"type":"scrape","atMicros":1,"tookMicros":1,"values":[[7,1]]}',
      '3: a value of a series',
    ],
    [
      'half a value',
      2,
      '{"type":"scrape","atMicros":1,"tookMicros":1,"values":[[0]]}',
      '3: a value of a series',
    ],
    [
      'another word',
      2,
      '{"type":"scrape","atMicros":1,"tookMicros":1,"values":[[0,"Nan"]]}',
      '3: a value that is no',
    ],
    [
      'two values',
      2,
      '{"type":"scrape","atMicros":1,"tookMicros":1,"values":[[0,1],[0,2]]}',
      '3: two values',
    ],
    [
      'an id out of turn',
      3,
      '{"type":"series","id":3,"name":"b","labels":{},"kind":"gauge"}',
      '4: expected series 1',
    ],
    [
      'gone twice',
      4,
      '{"type":"scrape","atMicros":1,"tookMicros":1,"values":[],"gone":[1]}',
      '5: the series 1 was not',
    ],
    [
      'time that runs back',
      4,
      '{"type":"scrape","atMicros":-500000,"tookMicros":1,"values":[]}',
      '5: a scrape before',
    ],
    ['no head', 0, '', '1: it does not say'],
  ])('%s is damage, told by line', (_what, index, line, message) => {
    const damaged = lines.with(index, line).join('\n');
    expect(() => parseScrapes(damaged, 'scrapes.ndjson')).toThrow(
      expect.objectContaining({
        code: 'RECORD_CORRUPT',
        message: expect.stringContaining(`scrapes.ndjson:${message}`) as unknown,
      }),
    );
  });
});

describe('a record', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mettle-scrapes-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has scrapes when its target was scraped, and none otherwise', async () => {
    const data = realisticRun();
    await writeRecord(folder, data);
    expect(await readRecord(folder)).not.toHaveProperty('scrapes');
    const scraped = { ...data, run: { ...data.run, scraping: scrapingOf(log) }, scrapes: log };
    await writeRecord(folder, scraped);
    const read = await readRecord(folder);
    expect(read.scrapes).toEqual(log);
    expect(read.run.scraping).toMatchObject({
      series: 3,
      scrapes: 3,
      failures: 1,
      firstFailure: 'status 503',
    });
  });

  it('without the file it says it has is damaged', async () => {
    await writeFile(join(folder, 'scrapes.ndjson'), '');
    await expect(readRecord(folder)).rejects.toMatchObject({ code: 'RECORD_CORRUPT' });
    await rm(join(folder, 'scrapes.ndjson'));
    await expect(readRecord(folder)).rejects.toMatchObject({ code: 'RECORD_CORRUPT' });
  });
});
