// Names in promises that a scenario does not have are found before anything runs, with their place.

import { expect, test } from 'vitest';
import { parsePromise } from '../../../src/slo/parse.ts';
import { checkReferences, type KnownNames } from '../../../src/slo/references.ts';

const known = {
  series: [
    { name: 'query', hasDueTime: true, isMixed: false, isHttp: true },
    { name: 'closed', hasDueTime: false, isMixed: false, isHttp: true },
    { name: 'mixed', hasDueTime: true, isMixed: true, isHttp: true },
    { name: 'flow:ask', hasDueTime: true, isMixed: false, isHttp: false },
  ],
  faults: ['slow-db', 'flaky'],
  links: [
    { name: 'postgres', faults: ['slow-db'] },
    { name: 'cache', faults: ['flaky'] },
  ],
  observed: ['target'],
  scraped: null,
};

const check = (text: string, names: KnownNames = known) => {
  const parsed = parsePromise(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return checkReferences(parsed.value.measure, parsed.positions, names);
};

test.each([
  'p95(query) < 1s',
  'p95 < 1s',
  'p95(flow:ask) < 1s during fault:slow-db, recovery:slow-db',
  'recovery(slow-db) < 1s',
  'achieved(query) > 99%',
  'retry_amplification(postgres) < 3',
  'hold(postgres) < 1s during fault:slow-db',
  'p99(query) during fault:slow-db / p99(closed) during steady < 3',
  'cpu < 80%',
  'metric(anything{x="1"}) < 1',
  'http_req_duration{name:query}: p(95)<500',
  'http_req_failed: rate<0.01',
])('what exists is accepted: %s', (text) => {
  expect(check(text)).toBeNull();
});

test.each([
  ['p95(qurey) < 1s', 4, 'unknown series `qurey`', 'did you mean `query`?'],
  ['p95( nope ) < 1s', 5, 'unknown series `nope`', 'known: query, closed, mixed, flow:ask'],
  ['recovery(slow-dv) < 1s', 9, 'unknown fault `slow-dv`', 'did you mean `slow-db`?'],
  [
    'p95(query) < 1s during steady, fault:slow',
    31,
    'unknown phase `fault:slow`',
    'did you mean `fault:slow-db`?',
  ],
  ['achieved(closed) > 99%', 0, '`achieved` needs due times', '`arrivals`'],
  ['achieved(mixed) > 99%', 0, 'a part of the load of `mixed` has none', '`every`'],
  ['achieved > 99%', 0, 'a part of the load of `mixed` has none', '`every`'],
  [
    'retry_amplification(postgers) < 3',
    20,
    'no network fault is put on `postgers`, so no proxy watches it',
    'did you mean `postgres`?',
  ],
  ['hold(cache) < 1s during fault:slow-db', 24, '`fault:slow-db` is not on `cache`', 'known: fault:flaky'],
  ['silence(cache) < 1s during fault:none', 27, 'unknown phase `fault:none`', 'known: '],
  ['p99(query) / p99(qurey) < 3', 17, 'unknown series `qurey`', 'did you mean `query`?'],
  ['p99(qurey) / p99(query) < 3', 4, 'unknown series `qurey`', 'did you mean `query`?'],
  [
    'p99 / p99(query) during fault:slow < 3',
    24,
    'unknown phase `fault:slow`',
    'did you mean `fault:slow-db`?',
  ],
  ['achieved(query) - achieved(closed) < 1%', 18, '`achieved` needs due times', '`arrivals`'],
  ['cpu(targte) < 80%', 4, '`targte` is not watched', 'did you mean `target`?'],
  ['http_req_duration{name:qurey}: p(95)<500', 23, 'unknown series `qurey`', 'did you mean `query`?'],
])('%s', (text, offset, message, suggestion) => {
  const problem = check(text);
  expect(problem?.offset).toBe(offset);
  expect(problem?.message).toContain(message);
  expect(problem?.suggestion).toContain(suggestion);
});

test('metrics of the target are looked for where they are known, whatever their labels', () => {
  const scraped = { ...known, scraped: ['pool_in_use', 'pool_size'] };
  expect(check('metric(pool_in_use{db="a"}) < 1', scraped)).toBeNull();
  expect(check('metric(pool_size) / metric(pool_inuse{db="a"}) < 1', scraped)).toEqual({
    message: 'the target has no metric `pool_inuse`',
    offset: 27,
    suggestion: 'did you mean `pool_in_use`?',
  });
});

test('where nothing is watched, what would have to be done is said', () => {
  expect(check('cpu < 80%', { ...known, observed: [] })).toEqual({
    message: '`target` is not watched',
    offset: 0,
    suggestion: 'name a process or a container, and let the target file `observe` it',
  });
});

const socket = (name: string) => ({ name, hasDueTime: false, isMixed: false, isHttp: false });

test.each([
  ['http_req_duration: p(95)<500', 'http_req_duration'],
  ['http_req_waiting: p(95)<200', 'http_req_waiting'],
  ['http_req_connecting: max<100', 'http_req_connecting'],
  ['http_req_tls_handshaking: max<100', 'http_req_tls_handshaking'],
  ['http_req_failed: rate<0.01', 'http_req_failed'],
  ['http_reqs: rate>50', 'http_reqs'],
])('k6 has it of HTTP alone, and other steps would hide what fails: %s', (text, metric) => {
  expect(check(text, { ...known, series: [socket('say'), ...known.series] })).toEqual({
    message: `\`${metric}\` of k6 is about HTTP requests alone, and without a name it would be about all steps, also \`say\``,
    offset: 0,
    suggestion: `name a step, e.g. \`${metric}{name:query}\`, or promise what is meant in Mettle's words`,
  });
});

test('what names a step or an iteration, checks, and the words of Mettle hold where there are other steps', () => {
  const mixed = { ...known, series: [socket('say'), ...known.series] };
  for (const text of [
    'http_req_failed{name:query}: rate<0.01',
    'iterations{flow:ask}: rate>1',
    'checks: rate>0.99',
    'error_rate < 1%',
  ])
    expect(check(text, mixed)).toBeNull();
});

test('of many other steps the first are named, and no HTTP step where there is none', () => {
  const sockets = { ...known, series: ['a', 'b', 'c', 'd', 'e'].map(socket) };
  expect(check('http_req_failed: rate<0.01', sockets)).toMatchObject({
    message: expect.stringMatching(/all steps, also `a`, `b`, `c` and 2 more$/) as string,
    suggestion: "promise what is meant in Mettle's words",
  });
});
