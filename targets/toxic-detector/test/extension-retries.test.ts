// The extension's client: which failures it retries, how long it waits, and what becomes of a batch.
import { describe, expect, it } from 'vitest';
import type { Attempt, Outcome } from '../src/extension/attempt.ts';
import { backoffMs, longestBackoffMs, mostRetries } from '../src/extension/backoff.ts';
import { detectBatch, detectOne, identified } from '../src/extension/detector-client.ts';
import { withRetries } from '../src/extension/retries.ts';
import { readSettings } from '../src/extension/settings.ts';

const reset: Outcome = { kind: 'transient', reason: 'reset', retryAfterMs: 0 };
const answered = (status: number, body = '{}'): Outcome => ({ kind: 'answered', status, body });

function scripted(...outcomes: Outcome[]): { attempt: Attempt; bodies: string[] } {
  const bodies: string[] = [];
  const attempt: Attempt = (_path, body) => {
    bodies.push(body);
    return Promise.resolve(outcomes[bodies.length - 1] ?? reset);
  };
  return { attempt, bodies };
}

function patientClock(random = 1) {
  const sleeps: number[] = [];
  const sleep = (delayMs: number): Promise<void> => {
    sleeps.push(delayMs);
    return Promise.resolve();
  };
  return { sleeps, clock: { sleep, random: () => random } };
}

describe('back-off', () => {
  it('doubles from one second to eight, scaled', () => {
    expect([1, 2, 3, 4].map((retry) => longestBackoffMs(retry, 1))).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect([1, 2, 3, 4].map((retry) => longestBackoffMs(retry, 0.04))).toEqual([40, 80, 160, 320]);
  });

  it('is spread over everything below the longest wait', () => {
    expect(backoffMs(3, 1, () => 0)).toBe(0);
    expect(backoffMs(3, 1, () => 0.5)).toBe(2_000);
  });
});

describe('retries', () => {
  it('stop at the first answer', async () => {
    const { attempt, bodies } = scripted(reset, reset, answered(200));
    const { clock, sleeps } = patientClock();
    expect(await withRetries(attempt, 1, clock)('/', 'x')).toEqual(answered(200));
    expect(bodies).toHaveLength(3);
    expect(sleeps).toEqual([1_000, 2_000]);
  });

  it('end after the last wait', async () => {
    const { attempt, bodies } = scripted();
    const { clock, sleeps } = patientClock();
    expect((await withRetries(attempt, 1, clock)('/', 'x')).kind).toBe('transient');
    expect(bodies).toHaveLength(1 + mostRetries);
    expect(sleeps).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it.each([400, 401, 404, 500])('do not repeat a request that was answered with %i', async (status) => {
    const { attempt, bodies } = scripted(answered(status));
    await withRetries(attempt, 1, patientClock().clock)('/', 'x');
    expect(bodies).toHaveLength(1);
  });

  it('come back no earlier than the detector asked for', async () => {
    const { attempt } = scripted(
      { kind: 'transient', reason: 'status 429', retryAfterMs: 5_000 },
      answered(200),
    );
    const { clock, sleeps } = patientClock();
    await withRetries(attempt, 0.1, clock)('/', 'x');
    expect(sleeps).toEqual([500]);
  });

  it('send the same id with every attempt', async () => {
    const { attempt, bodies } = scripted(reset, answered(200));
    const [item] = identified(['hello']);
    await detectOne(withRetries(attempt, 1, patientClock().clock), item!);
    expect(bodies[0]).toContain(item!.id);
    expect(bodies[1]).toBe(bodies[0]);
  });
});

describe('what the page is told', () => {
  it('tells a timeout from other failures', async () => {
    const [item] = identified(['hello']);
    const timeout = scripted({ kind: 'transient', reason: 'timeout', retryAfterMs: 0 });
    expect((await detectOne(timeout.attempt, item!)).status).toBe(504);
    expect((await detectOne(scripted(reset).attempt, item!)).status).toBe(502);
  });
});

describe('a batch', () => {
  const items = identified(['one', 'two', 'three']);

  it('is one request when it gets through', async () => {
    const { attempt, bodies } = scripted(answered(200, '{"results":[]}'));
    expect(await detectBatch(attempt, items, true)).toMatchObject({ status: 200, body: '{"results":[]}' });
    expect(bodies).toHaveLength(1);
  });

  it('falls back to single requests and keeps the order and what succeeded', async () => {
    const attempt: Attempt = (path, body) =>
      Promise.resolve(
        path.endsWith('batch-detect') || body.includes('"two"')
          ? reset
          : answered(200, body.replace('text', 'was')),
      );
    const result = await detectBatch(attempt, items, true);
    expect(result.status).toBe(200);
    const { results, fallback } = JSON.parse(result.body) as {
      results: { was?: string; error?: object }[];
      fallback: boolean;
    };
    expect(fallback).toBe(true);
    expect(results.map((one) => one.was ?? 'error')).toEqual(['one', 'error', 'three']);
  });

  it('that is too large for the detector is taken apart', async () => {
    const attempt: Attempt = (path) => Promise.resolve(answered(path.endsWith('batch-detect') ? 413 : 200));
    expect(JSON.parse((await detectBatch(attempt, items, true)).body)).toMatchObject({ fallback: true });
  });

  it('fails when every single request fails too', async () => {
    expect((await detectBatch(scripted().attempt, items, true)).status).toBe(502);
  });

  it('fails at once without the fallback', async () => {
    const { attempt, bodies } = scripted();
    expect((await detectBatch(attempt, items, false)).status).toBe(502);
    expect(bodies).toHaveLength(1);
  });
});

describe('settings', () => {
  it('name the variable that is wrong', () => {
    expect(() => readSettings({})).toThrow('DETECTOR_URL');
    expect(() => readSettings({ DETECTOR_URL: 'http://x', EXTENSION_RETRIES: 'yes' })).toThrow(
      'EXTENSION_RETRIES',
    );
    expect(() => readSettings({ DETECTOR_URL: 'http://x', BACKOFF_SCALE: '0' })).toThrow('BACKOFF_SCALE');
  });
});
