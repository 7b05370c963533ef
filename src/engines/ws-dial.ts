// One attempt to connect a user's socket, within its time: from the handshake to a line that steps can use.

import type { Waited } from './ws-deadline.ts';
import { waitFor } from './ws-deadline.ts';
import type { Lost } from './ws-line.ts';
import { WsLine } from './ws-line.ts';
import type { LinkInit } from './ws-link-contract.ts';
import type { Opened } from './ws-open.ts';
import { SocketAttempt } from './ws-open.ts';
import { Pace } from './ws-pace.ts';

export interface DialEvents {
  /** The connection is open and as expected; called before its first message. */
  onUp(line: WsLine): void;
  /** It has ended, asked or not. */
  onLost(line: WsLine, lost: Lost): void;
}

function lineOf({ plan, shared }: LinkInit, socket: WsLine['socket']): WsLine {
  const { nowMicros, observer, read } = shared;
  const onUnmatched = (atMicros: number): void => observer.tally(plan.name, 'unmatched', atMicros, 1);
  return new WsLine({ socket, nowMicros, read, keep: shared.awaits(plan.socket), onUnmatched });
}

/** Rejects only when the URL or a header is not one. */
export async function dial(init: LinkInit, signal: AbortSignal, events: DialEvents): Promise<Waited<Opened>> {
  const { plan, shared, handshake, cookies } = init;
  const { nowMicros } = shared;
  let attempt: SocketAttempt | undefined;
  let line: WsLine | undefined;
  const state = { isUp: false };
  const onOpen = (socket: WsLine['socket']): void => {
    if (line === undefined) return;
    const { read } = plan.options;
    const opened = line;
    const pace = read === null ? null : new Pace({ rate: read, nowMicros, socket });
    opened.opened(shared.follower()?.onOpen(plan.socket, plan.name) ?? null, pace);
    opened.listen({ match: null, onMessage: () => false, onLost: (lost) => events.onLost(opened, lost) });
    state.isUp = true;
    events.onUp(opened);
  };
  const waited = await waitFor<Opened>(
    { timeoutMicros: plan.timeoutMicros, signal, nowMicros, missing: () => 'no open connection' },
    (done) => {
      attempt = new SocketAttempt({
        handshake,
        cookies,
        compression: plan.options.compression,
        connectTimeoutMicros: plan.connectTimeoutMicros,
        ports: shared.sockets,
        onSocket: (socket) => (line = lineOf(init, socket)),
        onOpen,
      });
      void attempt.result.then(done);
      return () => undefined;
    },
  );
  if (!state.isUp) attempt?.abandon();
  return waited;
}
