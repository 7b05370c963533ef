// Waiting until what was started answers: a ready check over HTTP, or that its port accepts a connection.

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { sleep } from '../kernel/clock.ts';
import { errnoOf, messageOf, MettleError } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/units.ts';
import type { Child } from './process.ts';
import { describeEnd, quoteLines } from './process.ts';
import type { ReadyCheck } from './target-spec.ts';

/** One attempt: undefined when ready, else what it saw, as a few words. */
export type ReadyProbe = () => Promise<string | undefined>;

export interface ReadyWait {
  readonly probe: ReadyProbe;
  /** What is asked, for messages: `GET http://127.0.0.1:4001/ready`. */
  readonly asked: string;
  readonly withinMicros: number;
  /** null for what Mettle did not start. */
  readonly child: Pick<Child, 'name' | 'end' | 'ended' | 'lastLines'> | null;
  readonly name: string;
  readonly clock: Clock;
}

const pollMicros = 50_000;
const attemptTimeoutMs = 5_000;
/** For what has no ready check: how long its port may stay closed. */
const portWithinMicros = 30_000_000;

/**
 * Resolves once it is ready. Throws TARGET_ENDED as soon as the child ends, NOT_READY at the deadline, both with exit
 * code 2 and the last lines that it printed.
 */
export async function waitUntilReady(wait: ReadyWait): Promise<void> {
  const { clock, child } = wait;
  const deadlineMicros = clock.nowMicros() + wait.withinMicros;
  const endedEarly = new AbortController();
  void child?.ended.then(() => endedEarly.abort());
  let seen = 'no answer';
  for (;;) {
    if (child !== null) throwIfEnded(child);
    const attempt = await wait.probe();
    if (child !== null) throwIfEnded(child);
    if (attempt === undefined) return;
    seen = attempt;
    if (clock.nowMicros() + pollMicros > deadlineMicros) throw notReady(wait, seen);
    await sleep(clock, pollMicros, endedEarly.signal);
  }
}

function throwIfEnded(child: Pick<Child, 'name' | 'end' | 'lastLines'>): void {
  const end = child.end();
  if (end === undefined) return;
  throw new MettleError({
    code: 'TARGET_ENDED',
    message: `${child.name} ${describeEnd(end)} before it was ready${quoteLines(child.lastLines())}`,
    hint: 'run its start command in the target folder to see why',
  });
}

function notReady(wait: ReadyWait, seen: string): MettleError {
  const within = formatDuration(wait.withinMicros);
  const printed = wait.child === null ? '' : quoteLines(wait.child.lastLines());
  return new MettleError({
    code: 'NOT_READY',
    message: `${wait.name} was not ready within ${within}: ${wait.asked}: ${seen}${printed}`,
    hint: 'look at what it printed, or give it longer in `ready: GET <path> within <duration>`',
  });
}

/** Any 2xx is ready; redirects are not followed. */
export function httpProbe(url: string, statusOf: (url: string) => Promise<number> = askStatus): ReadyProbe {
  return async () => {
    try {
      const status = await statusOf(url);
      return status >= 200 && status < 300 ? undefined : `status ${status}`;
    } catch (error) {
      return errnoOf(error) ?? messageOf(error);
    }
  };
}

/** On a connection of its own that ends with the answer: none may stay open while the target is measured or stopped. */
function askStatus(url: string): Promise<number> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, { agent: false, timeout: attemptTimeoutMs }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
    request.end();
  });
}

/** Ready when the port accepts a connection. */
function portProbe(host: string, port: number): ReadyProbe {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ host, port, timeout: attemptTimeoutMs });
      const finish = (seen: string | undefined): void => {
        socket.destroy();
        resolve(seen);
      };
      socket.once('connect', () => finish(undefined));
      socket.once('timeout', () => finish('no answer'));
      socket.once('error', (error) => finish(errnoOf(error) ?? messageOf(error)));
    });
}

/** The declared check, or else that the port of `baseUrl` is open within 30 s. */
export function readyCheckOf(
  baseUrl: string,
  ready: ReadyCheck | null,
): Pick<ReadyWait, 'probe' | 'asked' | 'withinMicros'> {
  const base = new URL(baseUrl);
  if (ready !== null) {
    const url = `${baseUrl.replace(/\/+$/, '')}${ready.path}`;
    return { probe: httpProbe(url), asked: `GET ${url}`, withinMicros: ready.withinMicros };
  }
  const secure = base.protocol === 'https:' || base.protocol === 'wss:';
  const port = base.port === '' ? (secure ? 443 : 80) : Number(base.port);
  const host = base.hostname.replace(/^\[|\]$/g, '');
  return { probe: portProbe(host, port), asked: `port ${port} of ${host}`, withinMicros: portWithinMicros };
}
