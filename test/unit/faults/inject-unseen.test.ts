// A proxy that can tell what a fault did, and does not: that is no success.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { FaultLink, InjectionResult } from '../../../src/faults/fault.ts';
import { inject } from '../../../src/faults/inject.ts';
import { faultRecord, faultsThatInvalidate } from '../../../src/run/fault-records.ts';
import type { PlayedFault } from '../../../src/run/timeline.ts';
import type { ObservationWindow } from '../../../src/proxy/observation-window.ts';
import { memoryTracker } from '../../support/memory-tracker.ts';

const second = 1_000_000;
const toxic = {
  ...{ name: 'mettle_cut', type: 'timeout', stream: 'downstream', toxicity: 1 },
  attributes: { timeout: 0 },
};
const none = { chunks: 0, bytesIn: 0, bytesOut: 0, addedDelayMicros: null, heldMicros: 0 };
const stream = { ...none, ends: 0, endDelayMicros: null };
const life = { addedAtMicros: 20 * second, removedAtMicros: 30 * second, connections: 5, affected: 5 };
const counts = {
  ...{ connections: 5, refused: 0, resets: 0, closes: 0 },
  ...{ upstream: { ...stream, chunks: 7 }, downstream: stream },
};
const window: ObservationWindow = {
  ...{ nowMicros: 30 * second, sinceMicros: 20 * second, untilMicros: 30 * second, complete: true },
  ...{ ...counts, openConnections: 0, addedDelayMicros: null, slices: [], outages: [] },
  whole: { sinceMicros: 20 * second, untilMicros: 30 * second, ...counts },
  toxics: [{ ...toxic, stream: 'downstream', ...life }],
  attempts: {
    ...{ started: 7, answered: 0, givenUp: 0, serverEnded: 0, cut: 0, open: 7, longestOpenMicros: second },
    ...{ withoutData: 0, answerMicros: null, holdMicros: null, longestHoldMicros: 0, longestCutMicros: 0 },
    ...{ lifeMicros: null, bursts: [], pausesMicros: [] },
  },
};

type Answer = ObservationWindow | { readonly other: 'shape' } | Error;

/** What it saw: before the fault, and after it, in order, the last one for ever. */
function proxyThatSays(before: Answer, ...after: readonly Answer[]): void {
  let toxicIs: 'not yet' | 'on' | 'over' = 'not yet';
  let asked = 0;
  const say = (status: number, json?: object): Promise<Response> =>
    Promise.resolve(new Response(json === undefined ? null : JSON.stringify(json), { status }));
  vi.stubGlobal('fetch', (url: string, { method }: { method: string }): Promise<Response> => {
    if (url.includes('/observation')) {
      const later = after[Math.min(asked, after.length - 1)];
      if (toxicIs === 'over') asked += 1;
      const answer = toxicIs === 'over' && later !== undefined ? later : before;
      return answer instanceof Error ? Promise.reject(answer) : say(200, answer);
    }
    if (method === 'POST') toxicIs = 'on';
    if (method === 'DELETE') toxicIs = 'over';
    if (method === 'DELETE') return say(204);
    return toxicIs === 'on' ? say(200, toxic) : say(404, { error: 'toxic not found', status: 404 });
  });
}
afterEach(() => vi.unstubAllGlobals());

async function played(embedded: boolean): Promise<InjectionResult> {
  let nowMicros = 20 * second;
  const clock: Clock = {
    nowMicros: () => nowMicros,
    sleepUntil: (atMicros) => Promise.resolve(void (nowMicros = Math.max(nowMicros, atMicros))),
  };
  const link: FaultLink = {
    ...{ name: 'db', apiUrl: 'http://127.0.0.1:9', proxyName: 'mettle_x_db', embedded },
    ...{ listen: { host: '127.0.0.1', port: 2 }, upstream: { host: '127.0.0.1', port: 3 } },
    ...{ retarget: () => Promise.resolve(), close: () => Promise.resolve() },
  };
  const spec = { kind: 'timeout', timeoutMs: 0, toxicity: 1, direction: 'downstream' } as const;
  const asked = { id: 'cut', spec, link, tracker: memoryTracker(), traffic: 'required' as const };
  const injection = await inject({ ...asked, forMicros: 10 * second }, clock);
  await clock.sleepUntil(30 * second);
  return await injection.clear();
}

function reasons(result: InjectionResult, stopped = false): string[] {
  const entry = {
    fault: {
      id: 'cut',
      fault: { kind: 'timeout', timeoutMs: 0, toxicity: 1, direction: 'downstream' },
      on: 'db',
    },
    ...{ result, effectAtMicros: 1, clearedAtMicros: 2, brokenPromise: null, note: null, cutShort: stopped },
  } as unknown as PlayedFault;
  return faultsThatInvalidate([entry], [faultRecord(entry, stopped)], stopped);
}

const tooLate = Object.assign(new Error('too late'), { name: 'TimeoutError' });
const noDescriptor = new TypeError('fetch failed', {
  cause: Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' }),
});

describe('a fault whose embedded proxy does not say what it saw', () => {
  it.each([
    ['answers too late', tooLate, 'did not answer within 3000 ms'],
    ['cannot be asked', noDescriptor, 'cannot be reached: EMFILE'],
    ['answers something else', { other: 'shape' } as const, 'the answer was not one that this version knows'],
    ['has forgotten a part of it', { ...window, whole: null }, 'it no longer knows how the fault began'],
  ])('makes the run invalid when it %s', async (_how, answer, why) => {
    proxyThatSays(window, answer);
    const result = await played(true);
    expect(result).toMatchObject({ status: 'undone', observation: null, traffic: { status: 'unknown' } });
    const [reason, ...others] = reasons(result);
    expect(others).toEqual([]);
    expect(reason).toMatch(/^fault cut: observation was not to be had: .*, asked for what the proxy saw$/);
    expect(reason).toContain(why);
    expect(reasons(result, true)).toEqual([]);
  });

  it('is asked once more', async () => {
    proxyThatSays(window, tooLate, window);
    const result = await played(true);
    expect(result).toMatchObject({ traffic: { during: 12, status: 'seen' } });
    expect(result.fidelity.map(({ name, status }) => [name, status])).toContainEqual([
      'data let through',
      'within',
    ]);
    expect(reasons(result)).toEqual([]);
  });
});

it('a real Toxiproxy cannot tell, and is not asked to', async () => {
  proxyThatSays(tooLate);
  const result = await played(false);
  expect(result.fidelity[0]).toMatchObject({ status: 'unmeasured' });
  expect(reasons(result)).toEqual([]);
});
