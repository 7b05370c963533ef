// Second arguments, what is watched and scraped, and limits in the target's own units.

import { describe, expect, test } from 'vitest';
import type { PromiseExpression } from '../../../src/slo/expression.ts';
import { parseMeasure, parsePromise } from '../../../src/slo/parse.ts';
import { printMeasure, printPromise } from '../../../src/slo/print.ts';
import { parseSelector } from '../../../src/slo/selector.ts';

function promiseOf(text: string): PromiseExpression {
  const result = parsePromise(text);
  if (!result.ok) throw new Error(`${text}: ${result.problem.message}`);
  return result.value;
}

describe('a statistic', () => {
  const statistic = (name: string) => ({ kind: 'statistic', statistic: name });
  test.each([
    ['cpu(target, max) < 80%', 'target', statistic('max')],
    ['cpu(target) < 80%', 'target', null],
    ['cpu < 80%', 'target', null],
    ['cpu(max) < 80%', 'target', statistic('max')],
    ['cpu(container:shop_db_1, p99.9) < 80%', 'container:shop_db_1', statistic('p99.9')],
    ['memory(service:db, mean) < 512MiB', 'service:db', statistic('mean')],
    ['first_byte(query, p99) < 200ms', 'query', statistic('p99')],
    ['first_byte(p99) < 200ms', null, statistic('p99')],
    ['first_byte(query) < 200ms', 'query', null],
  ])('%s', (text, subject, argument) => {
    expect(promiseOf(text).measure).toMatchObject({ subject, argument });
  });
});

describe('a burn rate', () => {
  test('has a target and two windows', () => {
    expect(promiseOf('burn(query, 99.9%) < 14.4 over 60s/5s')).toEqual({
      measure: {
        ...{ metric: 'burn', subject: 'query', during: [] },
        argument: { kind: 'target', share: 99.9 / 100 },
        windows: { longMicros: 60_000_000, shortMicros: 5_000_000 },
      },
      operator: '<',
      limit: 14.4,
    });
  });

  test.each([
    ['burn(99%) < 6 over 6m/30s during steady', 'burn(99%) < 6 during steady over 360s/30s'],
    ['burn( q , 99.95 % ) < 1 over 5s / 5s', 'burn(q, 99.95%) < 1 over 5s/5s'],
  ])('%s prints as %s', (text, canonical) => {
    expect(printPromise(promiseOf(text))).toBe(canonical);
  });

  test('is a measure only with its windows', () => {
    const text = 'burn(query, 99.9%) during steady over 60s/5s';
    const result = parseMeasure(text);
    expect(result.ok && printMeasure(result.value)).toBe(text);
    expect(parseMeasure('burn(query, 99.9%)')).toMatchObject({ ok: false });
  });
});

describe("the target's own metrics", () => {
  test.each([
    ['metric(rag_pool_in_use) < 16', 'rag_pool_in_use'],
    ['metric( a:b{ x = "1" , } ) < 16', 'a:b{x="1"}'],
    [
      'metric(http_requests_total{route="/query",code!="500"}) > 5/s',
      'http_requests_total{route="/query",code!="500"}',
    ],
    [String.raw`metric(m{a="),\"}",b='x"y'}) < 1`, String.raw`m{a="),\"}",b="x\"y"}`],
    ['metric(m{code=~"5..|429",method!~"GET|HEAD"}) < 1', 'm{code=~"5..|429",method!~"GET|HEAD"}'],
    ['metric(m{}) < 1', 'm'],
  ])('%s', (text, subject) => {
    const { measure } = promiseOf(text);
    expect(measure).toMatchObject({ metric: 'metric', subject, argument: null });
    expect(promiseOf(printPromise(promiseOf(text))).measure).toEqual(measure);
  });

  test('with a statistic behind the labels', () => {
    expect(promiseOf('metric(http_request_duration_seconds{route="/q"}, p95) < 200ms')).toMatchObject({
      measure: {
        subject: 'http_request_duration_seconds{route="/q"}',
        argument: { kind: 'statistic', statistic: 'p95' },
      },
      limit: 0.2,
    });
  });

  test('a subject reads back as what it selects', () => {
    expect(parseSelector(String.raw`m{a="x\n\"",b=~"5\\d"}`)).toEqual({
      name: 'm',
      labels: [
        { label: 'a', operator: '=', value: 'x\n"' },
        { label: 'b', operator: '=~', value: String.raw`5\d` },
      ],
    });
  });

  test.each([
    ['16', 16],
    ['0.5', 0.5],
    ['200ms', 0.2],
    ['1m30s', 90],
    ['64MiB', 67_108_864],
    ['80%', 0.8],
    ['80 %', 0.8],
    ['5/s', 5],
    ['120/m', 2],
  ])('a limit of %s is %d in base units', (text, limit) => {
    expect(promiseOf(`metric(m) < ${text}`).limit).toBe(limit);
    expect(promiseOf(`metric(m{x="1"}) - metric(m{x="2"}) < ${text}`).limit).toBe(limit);
  });
});

test.each([
  ['64KiB', 65_536, '64KiB'],
  ['1536B', 1_536, '1.5KiB'],
  ['1000B', 1_000, '1000B'],
  ['1.5 GiB', 1_610_612_736, '1.5GiB'],
  ['0.5MiB', 524_288, '512KiB'],
])('%s of memory prints as %s', (text, bytes, canonical) => {
  expect(promiseOf(`memory(target) < ${text}`).limit).toBe(bytes);
  expect(printPromise(promiseOf(`memory(target) < ${text}`))).toBe(`memory(target) < ${canonical}`);
});
