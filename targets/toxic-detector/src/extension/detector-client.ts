// The extension's client of the detector: single texts and batches, with batches falling back to single texts.
import { randomUUID } from 'node:crypto';
import type { Attempt, Outcome } from './attempt.ts';

export interface Item {
  readonly text: string;
  /** The same for all attempts, so that the detector counts a repeated request once. */
  readonly id: string;
}

/** What the page gets: a status and JSON text. */
export interface Result {
  readonly status: number;
  readonly body: string;
}

const failure = (reason: string): Result => ({
  status: reason === 'timeout' ? 504 : 502,
  body: JSON.stringify({ error: { code: 'detector_unreachable', message: reason } }),
});

const asResult = (outcome: Outcome): Result =>
  outcome.kind === 'answered' ? outcome : failure(outcome.reason);

export const identified = (texts: readonly string[]): Item[] =>
  texts.map((text) => ({ text, id: randomUUID() }));

export const detectOne = async (attempt: Attempt, item: Item): Promise<Result> =>
  asResult(await attempt('/api/extension/detect', JSON.stringify(item)));

/** Single requests, `atOnce` at a time, in the order of the items. */
async function oneByOne(attempt: Attempt, items: readonly Item[], atOnce: number): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    const some = items.slice(from, from + atOnce);
    results.push(...(await Promise.all(some.map((item) => detectOne(attempt, item)))));
  }
  return results;
}

const singlesAtOnce = 4;

/**
 * One request for all items. When it does not get through and `fallback` is on, one request per item: half of the
 * answers are better than none. Then each result is a detection or an `error`, and the whole fails only if all did.
 */
export async function detectBatch(
  attempt: Attempt,
  items: readonly Item[],
  fallback: boolean,
): Promise<Result> {
  const whole = await attempt('/api/extension/batch-detect', JSON.stringify({ items }));
  if (whole.kind === 'answered' && whole.status !== 413) return whole;
  if (!fallback) return asResult(whole);
  const singles = await oneByOne(attempt, items, singlesAtOnce);
  if (singles.every((single) => single.status !== 200)) return singles[0] ?? asResult(whole);
  const results = singles.map((single) => JSON.parse(single.body) as unknown);
  return { status: 200, body: JSON.stringify({ results, fallback: true }) };
}
