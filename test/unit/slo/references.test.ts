// Names in promises that a scenario does not have are found before anything runs, with their place.

import { expect, test } from 'vitest';
import { parsePromise } from '../../../src/slo/parse.ts';
import { checkReferences } from '../../../src/slo/references.ts';

const known = {
  series: [
    { name: 'query', hasDueTime: true, isMixed: false },
    { name: 'closed', hasDueTime: false, isMixed: false },
    { name: 'mixed', hasDueTime: true, isMixed: true },
    { name: 'flow:ask', hasDueTime: true, isMixed: false },
  ],
  faults: ['slow-db', 'flaky'],
  links: [
    { name: 'postgres', faults: ['slow-db'] },
    { name: 'cache', faults: ['flaky'] },
  ],
  observed: ['target'],
  scraped: null,
};

const check = (text: string) => {
  const parsed = parsePromise(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return checkReferences(parsed.value.measure, parsed.positions, known);
};

test.each([
  'p95(query) < 1s',
  'p95 < 1s',
  'p95(flow:ask) < 1s during fault:slow-db, recovery:slow-db',
  'recovery(slow-db) < 1s',
  'achieved(query) > 99%',
  'retry_amplification(postgres) < 3',
  'hold(postgres) < 1s during fault:slow-db',
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
])('%s', (text, offset, message, suggestion) => {
  const problem = check(text);
  expect(problem?.offset).toBe(offset);
  expect(problem?.message).toContain(message);
  expect(problem?.suggestion).toContain(suggestion);
});
