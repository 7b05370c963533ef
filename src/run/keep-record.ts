// The record of a run that is over: judged, written and read again. What the run ended in is told also where that fails.

import type { RunData } from '../record/data.ts';
import { readRecord, writeRecord } from '../record/store.ts';
import { endFirst } from './end-first.ts';
import { faultRecord, undoFailures } from './fault-records.ts';
import type { Measured } from './judge.ts';
import { judgeAmongOthers } from './judge-among-others.ts';
import type { RunRequest } from './run-request.ts';

/** Rejects with exit code 3 when the record cannot be written; 4 or 130 when that is what the run ended in. */
export async function keepRecord(request: RunRequest, measured: Measured): Promise<RunData> {
  try {
    await writeRecord(request.folder, await judgeAmongOthers(request, measured));
    // Reports and comparisons are made of what can be read again, so that making them later gives the same.
    return await readRecord(request.folder);
  } catch (error) {
    const { played, interruptedBy: interrupted } = measured;
    // Not from the judged run: judging it may be what failed.
    const faults = played.map((entry) => faultRecord(entry, interrupted !== null));
    throw endFirst({ undoFailed: undoFailures(faults), interrupted }, error);
  }
}
