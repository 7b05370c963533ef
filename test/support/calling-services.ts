// Services that call a dependency over TCP, each with a policy that is known: retries, a circuit breaker, a timeout.

import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** One request of the service; true = its dependency answered. Never rejects. */
export type Service = () => Promise<boolean>;

/** A message over a new connection, and its echo. */
function call(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => socket.write('ask'));
    const settle = (answered: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answered);
    };
    const timer = setTimeout(() => settle(false), timeoutMs);
    socket.once('data', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

/** Tries again after each of the pauses. */
export const retrying =
  (port: number, pausesMs: readonly number[], timeoutMs: number): Service =>
  async () => {
    for (const pauseMs of [...pausesMs, null]) {
      if (await call(port, timeoutMs)) return true;
      if (pauseMs !== null) await wait(pauseMs);
    }
    return false;
  };

/** After so many failures in a row it calls nobody for a while, then lets one call through to see. */
export function withBreaker(port: number, failures: number, openMs: number): Service {
  let failed = 0;
  let openUntilMs = 0;
  let probing = false;
  return async () => {
    if (failed >= failures && (probing || performance.now() < openUntilMs)) return false;
    probing = failed >= failures;
    const answered = await call(port, 1_000);
    failed = answered ? 0 : failed + 1;
    if (failed >= failures) openUntilMs = performance.now() + openMs;
    probing = false;
    return answered;
  };
}
