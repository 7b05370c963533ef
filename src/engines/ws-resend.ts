// What is sent again on a new connection: subscriptions, which the server has forgotten with the old one.

import type { WsLine } from './ws-line.ts';
import type { BoundMatch } from './ws-match.ts';

interface Sent {
  readonly data: string | Buffer;
  readonly reply: BoundMatch | null;
}

export class Resends {
  readonly #steps: readonly string[];
  readonly #last = new Map<string, Sent>();

  /** `steps` in the order in which they are sent again. */
  constructor(steps: readonly string[]) {
    this.#steps = steps;
  }

  /** A step has sent this; its last message counts. */
  remember(step: string, sent: Sent): void {
    if (this.#steps.includes(step)) this.#last.set(step, sent);
  }

  sendAll(line: WsLine): void {
    for (const step of this.#steps) {
      const sent = this.#last.get(step);
      if (sent !== undefined) sendAgain(line, step, sent);
    }
  }
}

/** Its reply is waited for, so that it counts neither as unmatched nor as somebody else's. */
function sendAgain(line: WsLine, step: string, { data, reply }: Sent): void {
  if (reply === null) {
    line.socket.send(data, () => undefined);
    line.succeeded(step);
    return;
  }
  const stop = line.listen({
    match: reply,
    isBackground: true,
    onMessage: () => {
      stop();
      line.succeeded(step);
      return true;
    },
    onLost: () => undefined,
  });
  line.socket.send(data, () => undefined);
}
