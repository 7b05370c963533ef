// Stores detections shortly after they were answered, many in one statement, so that nobody waits for the database.
import type { Database } from '../database/database.ts';
import type { Detection } from './detection-service.ts';

const flushEveryMs = 200;
const mostPerFlush = 1_000;
const mostWaiting = 20_000;

const insert = `
insert into comments (request_id, platform, body, prediction, confidence, created_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::real[], $6::timestamptz[])
on conflict (request_id) where request_id is not null do nothing`;

export interface DetectionWriter {
  add(detection: Detection): void;
  /** Stores what is waiting, once more; then stops. */
  close(): Promise<void>;
}

export interface WriterEvents {
  /** How many are waiting now. */
  waiting(count: number): void;
  /** So many were given up: the database stayed away until there was no room left. */
  dropped(count: number): void;
  failed(error: unknown): void;
}

async function store(database: Database, batch: readonly Detection[]): Promise<void> {
  await database.use((query) =>
    query(insert, [
      batch.map((one) => one.id),
      batch.map((one) => one.platform),
      batch.map((one) => one.text),
      batch.map((one) => one.prediction),
      batch.map((one) => one.confidence),
      batch.map((one) => one.at),
    ]),
  );
}

/** SQLSTATE classes 22 (data) and 23 (constraints): trying again changes nothing. */
function isRefused(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return typeof error.code === 'string' && /^2[23]...$/.test(error.code);
}

export function detectionWriter(database: Database, events: WriterEvents): DetectionWriter {
  let waiting: Detection[] = [];
  let underway = Promise.resolve();

  const flush = async (): Promise<void> => {
    const batch = waiting.splice(0, mostPerFlush);
    if (batch.length === 0) return;
    try {
      await store(database, batch);
    } catch (error) {
      events.failed(error);
      // What the database will never take must not hold up what comes after it.
      if (isRefused(error)) events.dropped(batch.length);
      else waiting = [...batch, ...waiting];
    }
    const excess = waiting.length - mostWaiting;
    if (excess > 0) {
      waiting.splice(0, excess);
      events.dropped(excess);
    }
    events.waiting(waiting.length);
  };

  let flushing = false;
  const timer = setInterval(() => {
    // A slow database gets one statement at a time, not one more every 200 ms.
    if (flushing) return;
    flushing = true;
    underway = flush().finally(() => (flushing = false));
  }, flushEveryMs);

  return {
    add(detection) {
      waiting.push(detection);
      events.waiting(waiting.length);
    },
    async close() {
      clearInterval(timer);
      await underway;
      await flush();
    },
  };
}
