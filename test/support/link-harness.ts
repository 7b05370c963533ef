// One direction of a proxied connection without sockets: bytes go in, what comes out is kept, time is the test's.

import { Link } from '../../src/proxy/link.ts';
import { ToxicChain } from '../../src/proxy/toxic-chain.ts';
import { fakeScheduler, type FakeScheduler } from './fake-scheduler.ts';

export interface LinkHarness {
  readonly scheduler: FakeScheduler;
  readonly toxics: ToxicChain;
  readonly link: Link;
  /** Set to false to play a sink that is full. */
  sinkTakes: boolean;
  send(text: string): void;
  /** Everything written so far. */
  output(): string;
  readonly seen: {
    writes: Buffer[];
    /** When each write came. */
    writtenAtMicros: number[];
    ends: number;
    closes: number;
    resets: number;
    paused: boolean;
    delaysMicros: (number | null)[];
    /** Since the source ended. */
    endDelaysMicros: (number | null)[];
    /** Added up. */
    heldMicros: number;
  };
}

export function linkHarness(seed = 1, lateMicros = 0): LinkHarness {
  const scheduler = fakeScheduler(1_000_000, lateMicros);
  const seen: LinkHarness['seen'] = {
    writes: [],
    writtenAtMicros: [],
    ends: 0,
    closes: 0,
    resets: 0,
    paused: false,
    delaysMicros: [],
    endDelaysMicros: [],
    heldMicros: 0,
  };
  const toxics = new ToxicChain(scheduler, () => link.sync(toxics.of('downstream')));
  const link: Link = new Link({
    scheduler,
    seed: () => seed,
    write: (data) => {
      seen.writes.push(Buffer.from(data));
      seen.writtenAtMicros.push(scheduler.nowMicros());
      return harness.sinkTakes;
    },
    end: (delayMicros) => {
      seen.ends += 1;
      seen.endDelaysMicros.push(delayMicros);
    },
    pauseSource: () => {
      seen.paused = true;
    },
    resumeSource: () => {
      seen.paused = false;
    },
    close: () => {
      seen.closes += 1;
      link.dispose();
    },
    reset: () => {
      seen.resets += 1;
      link.dispose();
    },
    delivered: (_bytes, addedDelayMicros, heldMicros) => {
      seen.delaysMicros.push(addedDelayMicros);
      seen.heldMicros += heldMicros;
    },
  });
  const harness: LinkHarness = {
    ...{ scheduler, toxics, link, seen, sinkTakes: true },
    send: (text) => link.receive(Buffer.from(text)),
    output: () => Buffer.concat(seen.writes).toString(),
  };
  return harness;
}
