// Promises about what the fault proxy saw: judged from the record, and never passed on what it does not hold.

import { expect, test } from 'vitest';
import type { AttemptsRecord } from '../../../src/record/attempts-schema.ts';
import type { FaultRecord } from '../../../src/record/schema.ts';
import { evaluatePromises } from '../../../src/slo/evaluate.ts';
import { parsePromise } from '../../../src/slo/parse.ts';
import { attemptsRecord } from '../../support/attempts-record.ts';
import { realisticRun } from '../../support/run-data.ts';

type Change = (attempts: AttemptsRecord) => Partial<AttemptsRecord>;

/** The same fault as often as there are changes; null: no proxy watched. */
function judged(text: string, ...changes: (Change | null)[]) {
  const data = realisticRun();
  const [fault] = data.run.faults;
  if (fault === undefined || fault.observation === null) throw new Error('the run has no fault');
  const { observation } = fault;
  const attempts = attemptsRecord(5_000_000, 9_000_000);
  const faults = changes.map((change, index): FaultRecord => ({
    ...fault,
    id: index === 0 ? fault.id : `other-${index}`,
    observation: { ...observation, attempts: change === null ? null : { ...attempts, ...change(attempts) } },
  }));
  const [slo] = evaluatePromises([{ text, severity: 'fail' }], { ...data, run: { ...data.run, faults } });
  return { status: slo?.status, value: slo?.value, atLeast: slo?.atLeast, reason: slo?.reason ?? '' };
}

const same: Change = () => ({});
const nobodyGaveUp: Change = ({ hold }) => ({
  hold: { ...hold, p50Micros: null, maxMicros: null, count: 0, waitingMicros: 2_000_000 },
});
const noSilence: Change = ({ silence }) => ({
  silence: { ...silence, longestMicros: 0, totalMicros: 0, list: [], probes: 0, openForMicros: null },
});

test.each([
  ['retry_amplification(postgres) < 3', 'pass', 2.94],
  ['retry_amplification(postgres) < 2 during fault:slow-db', 'fail', 2.94],
  ['attempts(postgres) <= 96', 'pass', 96],
  ['hold(postgres) < 400ms', 'pass', 322_000],
  ['hold(postgres) < 200ms', 'fail', 322_000],
  ['silence(postgres) > 500ms', 'pass', 960_000],
  ['silence(postgres) < 500ms', 'fail', 960_000],
  ['probes(postgres) >= 1', 'pass', 1],
])('%s: %s', (text, status, value) => {
  expect(judged(text, same)).toMatchObject({ status, value });
});

test.each<[string, string, Change | null, string]>([
  ['hold(postgres) < 1s', 'fail', nobodyGaveUp, 'nobody had given up after 2s'],
  ['hold(postgres) < 5s', 'invalid', nobodyGaveUp, 'nobody had given up after 2s'],
  ['hold(postgres) > 1s', 'pass', nobodyGaveUp, ''],
  ['hold(postgres) < 1s', 'invalid', ({ hold }) => ({ hold: { ...hold, count: 4 } }), 'only 4 attempts'],
  [
    'hold(postgres) < 1s',
    'invalid',
    ({ hold }) => ({ hold: { ...hold, maxMicros: null, count: 0, waitingMicros: 0 } }),
    'no attempt was given up',
  ],
  ['silence(postgres) < 1s', 'pass', noSilence, ''],
  ['silence(postgres) < 400ms', 'invalid', noSilence, 'silences under 480ms do not show'],
  ['silence(postgres) > 400ms', 'invalid', noSilence, 'do not show'],
  ['silence(postgres) > 1s', 'fail', noSilence, 'is 0µs'],
  ['probes(postgres) >= 1', 'invalid', noSilence, 'no silence'],
  [
    'retry_amplification(postgres) < 3',
    'invalid',
    ({ amplification }) => ({ amplification: { ...amplification, value: null, reason: 'no steady time' } }),
    'slow-db: no steady time',
  ],
  ['attempts(postgres) < 999', 'invalid', () => ({ refused: null }), 'cannot see'],
  ['attempts(postgres) < 999', 'invalid', () => ({ complete: false }), 'last five minutes'],
  ['attempts(postgres) < 90', 'fail', () => ({ complete: false }), '≥ 96'],
  [
    'silence(postgres) < 2s',
    'invalid',
    ({ silence }) => ({ silence: { ...silence, atLeast: true } }),
    'had not ended',
  ],
  ['hold(postgres) < 1s', 'invalid', null, 'no proxy told'],
  ['hold(redis) < 1s', 'invalid', same, 'no fault on `redis`'],
])('%s: %s', (text, status, change, reason) => {
  const slo = judged(text, change);
  expect(slo).toMatchObject({ status });
  expect(slo.reason).toContain(reason);
});

test('of several faults the worst for the promise counts, and one that cannot be read leaves it open', () => {
  const calm: Change = ({ amplification }) => ({ amplification: { ...amplification, value: 1 } });
  expect(judged('retry_amplification(postgres) < 2', calm, same)).toMatchObject({
    status: 'fail',
    value: 2.94,
  });
  expect(judged('retry_amplification(postgres) < 2 during fault:slow-db', calm, same).status).toBe('pass');
  expect(judged('retry_amplification(postgres) < 2', calm, null).status).toBe('invalid');
  // The breaker opened in one of them, and not in the other.
  expect(judged('silence(postgres) > 700ms', same, noSilence)).toMatchObject({ status: 'fail', value: 0 });
  expect(judged('silence(postgres) > 700ms', noSilence, same)).toMatchObject({ status: 'fail', value: 0 });
  expect(judged('silence(postgres) < 1s', noSilence, same)).toMatchObject({ status: 'pass', value: 960_000 });
});

test('of several faults one that is open keeps the others from passing, and not from failing', () => {
  const short: Change = ({ hold }) => ({ hold: { ...hold, maxMicros: 100_000, waitingMicros: 0 } });
  const cut: Change = (all) => ({ ...short(all), complete: false });
  // The larger one is known; the smaller one may have been larger.
  expect(judged('hold(postgres) < 1s', same, cut)).toMatchObject({ status: 'invalid', atLeast: true });
  expect(judged('hold(postgres) < 200ms', same, cut)).toMatchObject({ status: 'fail' });
  expect(judged('hold(postgres) > 50ms', same, cut)).toMatchObject({ status: 'pass', value: 100_000 });
  expect(judged('hold(postgres) > 200ms', same, cut)).toMatchObject({ status: 'invalid' });
  // And so with one that rests on too little.
  const few: Change = (all) => ({ hold: { ...all.hold, ...short(all).hold, count: 4 } });
  const slo = judged('hold(postgres) < 1s', same, few);
  expect(slo).toMatchObject({ status: 'invalid', reason: 'only 4 attempts were given up (needs 5)' });
  expect(judged('hold(postgres) < 200ms', same, few)).toMatchObject({ status: 'fail' });
});

const lastMinutes =
  (change: Change = same): Change =>
  (all) => ({ ...change(all), complete: false });

test.each<[string, string, Change]>([
  ['hold(postgres) < 400ms', 'invalid', lastMinutes()],
  ['hold(postgres) <= 322ms', 'invalid', lastMinutes()],
  ['hold(postgres) < 200ms', 'fail', lastMinutes()],
  ['hold(postgres) >= 322ms', 'pass', lastMinutes()],
  ['hold(postgres) > 400ms', 'invalid', lastMinutes()],
  ['silence(postgres) < 2s', 'invalid', lastMinutes()],
  ['silence(postgres) < 500ms', 'fail', lastMinutes()],
  ['silence(postgres) > 500ms', 'pass', lastMinutes()],
  ['silence(postgres) > 2s', 'invalid', lastMinutes()],
  ['silence(postgres) < 1s', 'invalid', lastMinutes(noSilence)],
  ['retry_amplification(postgres) < 3', 'invalid', lastMinutes()],
  ['retry_amplification(postgres) < 2', 'invalid', lastMinutes()],
  ['probes(postgres) >= 1', 'invalid', lastMinutes()],
  ['probes(postgres) < 9', 'invalid', lastMinutes()],
])('of the last minutes of a long fault alone %s is %s', (text, status, change) => {
  const slo = judged(text, change);
  expect(slo).toMatchObject({ status });
  expect(slo.reason).toContain('only its last five minutes are known');
});

test.each([
  ['hold < 1s', 0, '`hold` needs a dependency', 'hold(<dependency>)'],
  ['hold(postgres) < 1s during steady', 27, '`hold` looks at faults', 'during fault:<id>'],
  ['hold(postgres, 1s) < 1s', 15, 'takes one argument', 'comma'],
  ['hold(postgres) < 5', 17, 'needs a unit', '5ms'],
])('%s is refused', (text, offset, message, suggestion) => {
  const parsed = parsePromise(text);
  if (parsed.ok) throw new Error('it was accepted');
  expect(parsed.problem).toMatchObject({ offset });
  expect(parsed.problem.message).toContain(message);
  expect(parsed.problem.suggestion).toContain(suggestion);
});
