// Ending a connection, or waiting for the server to end it; and a ping, which asks whether it is still there.

import { messageOf } from '../kernel/errors.ts';
import type { Failure } from './failures.ts';
import type { Acting, Ended } from './ws-acting.ts';
import { act, expectation, outcomeOf } from './ws-acting.ts';
import { waitFor } from './ws-deadline.ts';
import type { Lost } from './ws-line.ts';
import type { Outcome } from './ws-sample.ts';
import type { AwaitClosePlan, ClosePlan, PingPlan } from './ws-step-plan.ts';

/** The code of a connection that ended without a close frame (RFC 6455 7.4.1). */
const noCloseFrame = 1006;

/** null = a good code. */
function codeProblem(code: number, codes: readonly number[] | null): Failure | null {
  if (codes === null ? code !== noCloseFrame : codes.includes(code)) return null;
  if (codes !== null) return expectation(`closed with code ${code}, not ${codes.join(' or ')}`);
  const detail = 'the connection ended without a close frame';
  return { error: 'reset', code: undefined, detail };
}

type Judged = Pick<Outcome, 'failure' | 'status' | 'answered'>;

const judged = (code: number, codes: readonly number[] | null): Judged => ({
  failure: codeProblem(code, codes),
  status: String(code),
  answered: code !== noCloseFrame,
});

/**
 * Copies of broadcasts that are owed to the socket are waited for first, within the broadcasts' timeouts, then replies
 * that are still outstanding, within this step's; the clock starts when the close is sent.
 */
export async function close(plan: ClosePlan, acting: Acting): Promise<Outcome> {
  const { link, nowMicros, scope } = acting;
  const reason = plan.reason.render(scope);
  await link.retire(acting.signal);
  let startedAtMicros = nowMicros();
  const waited = await act<number>(acting, {
    timeoutMicros: plan.timeoutMicros,
    missing: () => 'no answer to the close',
    begin: (line, done) => {
      const closed = (code: number): void => done({ value: code });
      const forget = line.whenIdle(() => {
        startedAtMicros = nowMicros();
        link.letGo();
        line.socket.once('close', closed);
        try {
          line.socket.close(plan.code, reason);
        } catch (thrown) {
          line.socket.terminate();
          done({ failure: expectation(`not sent: ${messageOf(thrown)}`) });
        }
      });
      return () => {
        forget();
        link.letGo();
        line.socket.terminate();
      };
    },
  });
  const ended = waited.value;
  const judge = (code: number): Judged => judged(code, plan.codes);
  if (ended === undefined || !('lost' in ended) || !link.wasClosedProperly) {
    return outcomeOf(acting, startedAtMicros, waited, judge);
  }
  // The server was first, as it may be.
  link.letGo();
  return outcomeOf(
    acting,
    startedAtMicros,
    { ...waited, value: { value: Number(ended.lost.status) } },
    judge,
  );
}

/** What ended otherwise than by a close is a failure whatever was expected. */
function closeOf(lost: Lost): Ended<number> {
  return lost.failure.error === 'reset' && lost.status !== undefined
    ? { value: Number(lost.status) }
    : { lost };
}

/** Waits for the server to close; a connection that it has closed since the step before counts. */
export async function awaitClose(plan: AwaitClosePlan, acting: Acting): Promise<Outcome> {
  const { link, signal, nowMicros } = acting;
  const startedAtMicros = nowMicros();
  const missing = (): string => 'the server did not close the connection';
  const waited = await waitFor<Ended<number>>(
    { timeoutMicros: plan.timeoutMicros, signal, nowMicros, missing },
    (done) => link.whenClosed((lost) => done(closeOf(lost))),
  );
  return outcomeOf(acting, startedAtMicros, waited, (code) => judged(code, plan.codes));
}

export async function ping(plan: PingPlan, acting: Acting): Promise<Outcome> {
  const { nowMicros } = acting;
  const startedAtMicros = nowMicros();
  const waited = await act<null>(acting, {
    timeoutMicros: plan.timeoutMicros,
    missing: () => 'no pong',
    begin: (line, done) => {
      const unlisten = line.listen({ match: null, onMessage: () => false, onLost: (lost) => done({ lost }) });
      const forget = line.pings.send(() => {
        unlisten();
        done({ value: null });
      });
      return () => {
        unlisten();
        forget();
      };
    },
  });
  return outcomeOf(acting, startedAtMicros, waited, () => ({ failure: null }));
}
