// One proxied connection: two sockets, and a link for each direction, that ends, breaks and stalls as its sides do.

import { connect, type Socket } from 'node:net';
import { deriveSeed } from '../kernel/random.ts';
import type { Address } from '../kernel/ports.ts';
import { Link } from './link.ts';
import type { Observation } from './observation.ts';
import type { Scheduler } from './schedule.ts';
import type { ToxicChain } from './toxic-chain.ts';
import type { Stream } from './toxic-input.ts';
import type { Turn } from './turn.ts';

export interface ConnectionOptions {
  /** Accepted and paused, with half-open allowed. */
  readonly client: Socket;
  readonly upstream: Address;
  readonly toxics: ToxicChain;
  readonly observation: Observation;
  readonly scheduler: Scheduler;
  /** Of this connection: both links draw from it. */
  readonly seed: number;
  /** Both sockets are closed. */
  readonly onClosed: () => void;
}

interface Side {
  readonly socket: Socket;
  /** Broken off rather than closed. */
  failed: boolean;
  closed: boolean;
}

export class Connection {
  private readonly options: ConnectionOptions;
  private seed: number;
  private readonly client: Side;
  private readonly server: Side;
  private readonly turn: Turn;
  private links: { readonly upstream: Link; readonly downstream: Link } | undefined;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.seed = options.seed;
    this.turn = options.observation.attempts.opened();
    this.client = { socket: options.client, failed: false, closed: false };
    const socket = connect({ ...options.upstream, allowHalfOpen: true, noDelay: true });
    this.server = { socket, failed: false, closed: false };
    this.watch(this.client, this.server, 'upstream');
    this.watch(this.server, this.client, 'downstream');
    socket.once('connect', () => this.begin());
  }

  /** Toxics have changed. */
  sync(): void {
    this.links?.upstream.sync(this.options.toxics.of('upstream'));
    this.links?.downstream.sync(this.options.toxics.of('downstream'));
  }

  /** What is drawn from now on derives from it; what has been drawn stays. */
  reseed(seed: number): void {
    this.seed = seed;
  }

  /** Ends it now, whatever is under way. */
  destroy(): void {
    this.turn.cut();
    this.dispose();
    this.client.socket.destroy();
    this.server.socket.destroy();
  }

  private begin(): void {
    if (this.client.closed) return;
    const upstream = this.join(this.client, this.server, 'upstream');
    const downstream = this.join(this.server, this.client, 'downstream');
    this.links = { upstream, downstream };
    this.sync();
    this.client.socket.resume();
  }

  private join(source: Side, sink: Side, stream: Stream): Link {
    const { observation, scheduler } = this.options;
    const link = new Link({
      scheduler,
      seed: () => deriveSeed(this.seed, stream),
      write: (data) => !sink.socket.writable || sink.socket.write(data),
      end: (delayMicros) => {
        if (delayMicros !== null) observation.endDelivered(stream, delayMicros);
        if (stream === 'downstream') this.turn.serverLeft();
        finish(source, sink);
      },
      pauseSource: () => source.socket.pause(),
      resumeSource: () => source.socket.resume(),
      close: () => this.close(),
      reset: () => this.reset(),
      delivered: (bytes, addedDelayMicros, heldMicros) => {
        if (stream === 'downstream') this.turn.answered();
        observation.delivered(stream, bytes, addedDelayMicros, heldMicros);
      },
    });
    source.socket.on('data', (data) => {
      observation.read(stream, data.length);
      if (stream === 'upstream') this.turn.sent();
      link.receive(data);
    });
    source.socket.on('end', () => {
      observation.endRead(stream);
      if (stream === 'upstream') this.turn.clientLeft();
      link.end();
    });
    sink.socket.on('drain', () => link.drained());
    return link;
  }

  /** `stream` is the direction in which `side` is the source. */
  private watch(side: Side, other: Side, stream: Stream): void {
    side.socket.on('error', () => {
      side.failed = true;
    });
    side.socket.once('close', () => {
      side.closed = true;
      if (stream === 'upstream') this.turn.clientLeft();
      if (this.links === undefined) {
        other.socket.destroy();
      } else {
        // Nothing can reach this side any more; what it sent may still be on its way to the other.
        this.links[stream === 'upstream' ? 'downstream' : 'upstream'].dispose();
        this.links[stream].end();
        if (side.failed && other.socket.writableEnded) breakOff(other.socket);
      }
      if (other.closed) {
        this.dispose();
        this.turn.closed();
        this.options.onClosed();
      }
    });
  }

  private close(): void {
    this.options.observation.closed();
    this.turn.cut();
    this.dispose();
    this.client.socket.destroySoon();
    this.server.socket.destroySoon();
  }

  private reset(): void {
    this.options.observation.reset();
    this.turn.cut();
    this.dispose();
    this.client.socket.resetAndDestroy();
    this.server.socket.resetAndDestroy();
  }

  private dispose(): void {
    this.links?.upstream.dispose();
    this.links?.downstream.dispose();
  }
}

/** The end of a stream has come through: a broken side breaks the other too, once what it sent is out. */
function finish(source: Side, sink: Side): void {
  if (sink.closed) return;
  if (source.failed) sink.socket.write('', () => sink.socket.resetAndDestroy());
  else sink.socket.end();
}

/** Resets a socket that has been ended, once what was written to it is out. */
function breakOff(socket: Socket): void {
  if (socket.writableFinished) socket.resetAndDestroy();
  else socket.once('finish', () => socket.resetAndDestroy());
}
