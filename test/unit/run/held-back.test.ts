import { expect, test } from 'vitest';
import type { FaultRecord, SloRecord } from '../../../src/record/schema.ts';
import { judgeHeldBack } from '../../../src/run/fault-records.ts';

const heldBack = { id: 'db', heldBackBy: 'error_rate(q) < 1%' } as FaultRecord;

const promise = (text: string): SloRecord => ({ text, status: 'fail', severity: 'fail' }) as SloRecord;

test('only promises about the fault that was held back are not judged, not those of one whose name begins alike', () => {
  const texts = [
    'p95(q) < 1s during fault:db',
    'p95(q) < 1s during recovery:db',
    'recovery(db) < 5s',
    'p95(q) < 1s during fault:db-replica',
    'p95(q) < 1s during recovery:db2',
    'recovery(db-replica) < 5s',
  ];
  const judged = judgeHeldBack(texts.map(promise), [heldBack]);
  expect(judged.map(({ status }) => status)).toEqual([
    ...['not judged', 'not judged', 'not judged'],
    ...['fail', 'fail', 'fail'],
  ]);
});

test('the promise that held it back is broken, also where it had too few samples to be judged by', () => {
  const cause = (status: SloRecord['status'], severity: SloRecord['severity'] = 'fail') =>
    judgeHeldBack([{ ...promise('error_rate(q) < 1%'), status, severity }], [heldBack])[0];
  // `warn` and `not judged` are what `on_no_data` may have made of it.
  for (const status of ['pass', 'invalid', 'warn', 'not judged'] as const)
    expect(cause(status)).toMatchObject({
      status: 'fail',
      reason: expect.stringContaining('broken') as string,
    });
  expect(cause('fail')).not.toHaveProperty('reason');
  expect(cause('not judged', 'warn')).toMatchObject({ status: 'warn' });
});
