// Messages that nobody waited for, kept within bounds for the next step that awaits one.

import type { Incoming } from './ws-incoming.ts';
import type { BoundMatch } from './ws-match.ts';

interface Kept {
  readonly message: Incoming;
  /** False = somebody else has use for it, so it does not count as unmatched. */
  readonly counts: boolean;
}

const mostMessages = 256;
const mostBytes = 262_144;

/** `onUnmatched` is told of each message once it is certain that no step will take it. */
export class KeptMessages {
  readonly #onUnmatched: (atMicros: number) => void;
  #kept: Kept[] = [];
  #bytes = 0;
  /** Messages that were given up for lack of room since the last `clear`. */
  overflowed = 0;

  constructor(onUnmatched: (atMicros: number) => void) {
    this.#onUnmatched = onUnmatched;
  }

  add(message: Incoming, counts: boolean): void {
    this.#kept.push({ message: message.detach(), counts });
    this.#bytes += message.bytes;
    while (this.#kept.length > mostMessages || this.#bytes > mostBytes) {
      const oldest = this.#kept.shift();
      if (oldest === undefined) break;
      this.#bytes -= oldest.message.bytes;
      this.overflowed += 1;
      this.#giveUp(oldest);
    }
  }

  /** The oldest `most` that match, in order; what came before the last of them is given up. */
  take(match: BoundMatch, most: number): Incoming[] {
    const taken: Incoming[] = [];
    let end = 0;
    for (const [index, { message }] of this.#kept.entries()) {
      if (taken.length === most) break;
      if (!match.matches(message)) continue;
      taken.push(message);
      end = index + 1;
    }
    for (const kept of this.#kept.splice(0, end)) {
      this.#bytes -= kept.message.bytes;
      if (!taken.includes(kept.message)) this.#giveUp(kept);
    }
    return taken;
  }

  clear(): void {
    for (const kept of this.#kept) this.#giveUp(kept);
    this.#kept = [];
    this.#bytes = 0;
    this.overflowed = 0;
  }

  #giveUp({ message, counts }: Kept): void {
    if (counts) this.#onUnmatched(message.atMicros);
  }
}
