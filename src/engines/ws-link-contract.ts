// What a user's socket is made of, and what all sockets of a thread share.

import type { Random } from '../kernel/random.ts';
import type { CookieJar } from './cookies.ts';
import type { Observer } from './engine.ts';
import type { Handshake } from './ws-handshake.ts';
import type { LineFollower } from './ws-line.ts';
import type { SocketPorts } from './ws-open.ts';
import type { ConnectPlan } from './ws-step-plan.ts';

export interface LinkShared {
  readonly nowMicros: () => number;
  readonly observer: Observer;
  readonly sockets: SocketPorts;
  /** Follows every socket that is opened; null = nobody does. */
  readonly follower: () => LineFollower | null;
  /** Is there a step that awaits messages on a socket of this name? */
  readonly awaits: (socket: string) => boolean;
  /** The value of a message that is JSON, else undefined. */
  readonly read: (raw: Buffer) => unknown;
}

export interface LinkInit {
  readonly plan: ConnectPlan;
  readonly handshake: Handshake;
  readonly cookies: CookieJar;
  /** For the spread of reconnections. */
  readonly random: Random;
  readonly shared: LinkShared;
}
