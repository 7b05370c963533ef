// Sending and awaiting: round trips among other messages, and messages that the server sends by itself.

import { messageOf } from '../kernel/errors.ts';
import type { Acting, Ended } from './ws-acting.ts';
import { act, expectation, outcomeOf } from './ws-acting.ts';
import type { Came, Waited } from './ws-deadline.ts';
import type { Incoming } from './ws-incoming.ts';
import type { WsLine } from './ws-line.ts';
import type { BoundMatch } from './ws-match.ts';
import type { Outcome } from './ws-sample.ts';
import type { AwaitPlan, SendPlan } from './ws-step-plan.ts';

/** How long a connection that is being closed may take to say with which code. */
const closingMs = 1_000;

type Done = Came<Ended<Incoming | null>>;

interface Wanted {
  readonly plan: SendPlan | AwaitPlan;
  readonly match: BoundMatch;
  readonly count: number;
  /** Does the step hold up its iteration? Then it ends for the next `await` with its last message. */
  readonly marks: boolean;
}

/** How many messages were wanted and which came, told when they did not come in time. */
interface Progress {
  got: number;
  othersBefore: number;
}

function missing({ count }: Wanted, { got, othersBefore }: Progress, line: WsLine): string {
  const what = count === 1 ? 'no matching message' : `${got} of ${count} matching messages`;
  const lost = line.overflowed === 0 ? '' : `, ${line.overflowed} of them too many to keep`;
  return `${what} (${line.others - othersBefore} others came${lost})`;
}

/** Ends the step with the last message that was wanted; what it holds for later steps is taken here and now. */
function complete({ plan }: Wanted, { scope }: Acting, line: WsLine, message: Incoming, done: Done): void {
  const problem = plan.capture(message, scope);
  if (problem === null) {
    line.succeeded(plan.name);
    done({ value: message });
  } else done({ failure: expectation(problem), answered: true });
}

/** Counts messages as they come, until there are enough. */
function listen(wanted: Wanted, acting: Acting, progress: Progress, line: WsLine, done: Done): () => void {
  const stop = line.listen({
    match: wanted.match,
    onMessage: (message) => {
      progress.got += 1;
      if (progress.got < wanted.count) return false;
      if (wanted.marks) line.mark();
      complete(wanted, acting, line, message, (ended) => done(ended, message.atMicros));
      stop();
      return true;
    },
    onLost: (lost) => done({ lost }),
  });
  return stop;
}

function finish(acting: Acting, startedAtMicros: number, waited: Waited<Ended<Incoming | null>>): Outcome {
  return outcomeOf(acting, startedAtMicros, waited, (message) => ({
    failure: null,
    bytes: message?.bytes ?? 0,
  }));
}

/** What a send step is about to do on whichever connection there is. */
interface Sending {
  readonly plan: SendPlan;
  readonly acting: Acting;
  readonly message: ReturnType<SendPlan['message']>;
  /** null = the step ends when its message is sent. */
  readonly wanted: Wanted | null;
  readonly progress: Progress;
}

function transmit(
  { plan, acting, message, wanted, progress }: Sending,
  line: WsLine,
  done: Done,
): () => void {
  const { link, nowMicros } = acting;
  progress.othersBefore = line.others;
  const notice = line.sending(plan.name, message.sent, nowMicros());
  if (notice !== null && 'problem' in notice) {
    done({ failure: expectation(`not sent: ${notice.problem}`) });
    return () => undefined;
  }
  // Without a reply to wait for, the next `await` sees what comes from here on.
  if (wanted?.marks !== true) line.mark();
  const stop =
    wanted === null
      ? line.listen({ match: null, onMessage: () => false, onLost: (lost) => done({ lost }) })
      : listen(wanted, acting, progress, line, done);
  line.socket.send(message.data, (error) => {
    if (error != null) {
      notice?.failed();
      const failed = (): void => {
        stop();
        const detail = `the message could not be sent: ${messageOf(error)}`;
        done({ failure: { error: 'reset', code: undefined, detail } });
      };
      // A connection that is just being closed will tell why.
      if (line.socket.readyState === line.socket.CLOSING) setTimeout(failed, closingMs).unref();
      else failed();
      return;
    }
    notice?.sent();
    link.resends.remember(plan.name, { data: message.data, reply: wanted?.match ?? null });
    if (wanted !== null) return;
    stop();
    line.succeeded(plan.name);
    done({ value: null });
  });
  return stop;
}

/** Throws UnresolvedValue and NotBytes, before anything is sent. */
export async function send(plan: SendPlan, acting: Acting): Promise<Outcome> {
  const message = plan.message(acting.scope);
  acting.scope.set('sent', message.sent);
  const match = plan.reply === null ? null : plan.reply(acting.scope);
  const wanted: Wanted | null = match === null ? null : { plan, match, count: 1, marks: plan.wait };
  const progress: Progress = { got: 0, othersBefore: 0 };
  const startedAtMicros = acting.nowMicros();
  let current: WsLine | undefined;
  const waited = await act<Incoming | null>(acting, {
    timeoutMicros: plan.timeoutMicros,
    missing: (line) => (wanted === null ? 'not sent' : missing(wanted, progress, line)),
    begin: (line, done) => {
      current = line;
      return transmit({ plan, acting, message, wanted, progress }, line, done);
    },
  });
  if (waited.value === undefined && plan.wait) current?.mark();
  return finish(acting, startedAtMicros, waited);
}

/** Begins with what came since the step before, also on a connection that was lost since. Throws UnresolvedValue. */
export async function awaitMessages(plan: AwaitPlan, acting: Acting): Promise<Outcome> {
  const { scope, link, nowMicros } = acting;
  const wanted: Wanted = { plan, match: plan.match(scope), count: plan.count, marks: true };
  const startedAtMicros = nowMicros();
  const { source } = link;
  const kept = source?.takeKept(wanted.match, plan.count) ?? [];
  const last = kept.at(-1);
  if (source !== null && last !== undefined && kept.length === plan.count) {
    return ofKept(wanted, acting, startedAtMicros, source, last);
  }
  const progress: Progress = { got: kept.length, othersBefore: 0 };
  let current: WsLine | undefined;
  const waited = await act<Incoming | null>(acting, {
    timeoutMicros: plan.timeoutMicros,
    missing: (line) => missing(wanted, progress, line),
    begin: (line, done) => {
      current = line;
      progress.othersBefore = line.others;
      return listen(wanted, acting, progress, line, done);
    },
  });
  if (waited.value === undefined) current?.mark();
  return finish(acting, startedAtMicros, waited);
}

function ofKept(
  wanted: Wanted,
  acting: Acting,
  startedAtMicros: number,
  line: WsLine,
  last: Incoming,
): Outcome {
  let ended: Ended<Incoming | null> = { value: last };
  complete(wanted, acting, line, last, (now) => (ended = now));
  const endedAtMicros = acting.nowMicros();
  return finish(acting, startedAtMicros, { value: ended, failure: null, censored: false, endedAtMicros });
}
