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
