// One proxy: a port, an upstream, its toxics, its connections. Disabling closes everything; toxics survive it.

import { createServer, type Server, type Socket } from 'node:net';
import { deriveSeed } from '../kernel/random.ts';
import { formatAddress, listenOn, parseAddress, resolveListen } from './address.ts';
import { Connection } from './connection.ts';
import { Observation } from './observation.ts';
import type { ProxyChange, ProxyInput, WhenDown } from './proxy-input.ts';
import type { Cancel, Scheduler } from './schedule.ts';
import { ToxicChain } from './toxic-chain.ts';
import { createTurns } from '../kernel/turns.ts';

export class FaultProxy {
  readonly name: string;
  readonly toxics: ToxicChain;
  readonly observation: Observation;
  /** As given until it first listened, then the address really bound. */
  listen: string;
  upstream: string;
  enabled = false;
  whenDown: WhenDown;
  private readonly scheduler: Scheduler;
  private seed: number;
  private readonly connections = new Set<Connection>();
  private server: Server | undefined;
  private accepted = 0;
  private cancelOutage: Cancel | undefined;
  private disposed = false;
  private readonly turns = createTurns();
  private readonly settle: (proxy: FaultProxy) => void;

  /** `settle` takes over what was counted under a name and addresses that are about to change. */
  constructor(
    input: ProxyInput,
    scheduler: Scheduler,
    seed: number,
    settle: (proxy: FaultProxy) => void = () => undefined,
  ) {
    this.settle = settle;
    this.name = input.name;
    this.listen = input.listen;
    this.upstream = input.upstream;
    this.whenDown = input.whenDown;
    this.scheduler = scheduler;
    this.seed = seedOf(input.name, seed);
    this.observation = new Observation(scheduler);
    this.toxics = new ToxicChain(scheduler, (atMicros) => {
      this.observation.cut(atMicros);
      for (const connection of this.connections) connection.sync();
    });
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Throws ApiError 500 when it cannot listen; it is then disabled. */
  enable(): Promise<void> {
    return this.turns(() => this.goUp());
  }

  /** A new address, of either side, closes all connections. When it cannot listen there, the old address is kept. */
  update(change: ProxyChange): Promise<void> {
    return this.turns(() => this.apply(change));
  }

  /** For good. Resolves once its port is free. */
  dispose(): Promise<void> {
    this.toxics.dispose();
    return this.turns(async () => {
      this.disposed = true;
      await this.goDown('refuse');
      this.settle(this);
    });
  }

  /**
   * Decides from now on as a new proxy with this seed: the next connection and the next toxic are the first. Open
   * connections keep what they drew, and draw for what comes by their order among each other.
   */
  reseed(seed: number): void {
    this.seed = seedOf(this.name, seed);
    this.accepted = 0;
    this.toxics.renumber();
    for (const [index, connection] of [...this.connections].entries()) {
      connection.reseed(deriveSeed(this.seed, `open connection ${index + 1}`));
    }
  }

  private async goUp(): Promise<void> {
    this.cancelOutage?.();
    if (this.enabled || this.disposed) return;
    await this.open();
    this.enabled = true;
    this.observation.enabled();
  }

  private async goDown(how: WhenDown): Promise<void> {
    this.cancelOutage?.();
    if (this.enabled) this.observation.disabled(how === 'reset');
    this.enabled = false;
    this.dropConnections();
    if (how === 'refuse') await this.close();
  }

  /** What is refused changes nothing. */
  private async apply(change: ProxyChange): Promise<void> {
    const { listen, upstream, whenDown } = this;
    try {
      await this.change(change);
    } catch (error) {
      this.upstream = upstream;
      this.whenDown = whenDown;
      if (this.server === undefined) this.listen = listen;
      throw error;
    }
  }

  private async change(change: ProxyChange): Promise<void> {
    const listen = change.listen ?? this.listen;
    await resolveListen(listen);
    const wanted = change.enabled ?? this.enabled;
    this.whenDown = change.whenDown ?? this.whenDown;
    if (change.upstream !== undefined && change.upstream !== this.upstream) {
      this.settle(this);
      this.upstream = change.upstream;
      this.dropConnections();
    }
    if (listen !== this.listen && !(await sameAddress(listen, this.listen))) await this.move(listen);
    if (wanted) await this.goUp();
    else await this.goDown(this.whenDown);
    if (!wanted && change.ttlMs !== undefined) this.enableAfter(change.ttlMs);
  }

  private async move(listen: string): Promise<void> {
    const before = this.listen;
    this.settle(this);
    const wasOpen = this.server !== undefined;
    this.dropConnections();
    await this.close();
    this.listen = listen;
    if (!wasOpen) return;
    try {
      await this.open();
    } catch (error) {
      this.listen = before;
      await this.open().catch(() => this.goDown('refuse'));
      throw error;
    }
  }

  private async open(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.on('connection', (socket) => this.accept(socket));
    const bound = await listenOn(server, await resolveListen(this.listen));
    // A failed accept (descriptors ran out) costs that attempt, never the proxy.
    server.on('error', () => undefined);
    this.server = server;
    this.listen = formatAddress(bound);
  }

  private close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    return server === undefined ? Promise.resolve() : new Promise((resolve) => server.close(() => resolve()));
  }

  private accept(client: Socket): void {
    const upstream = parseAddress(this.upstream);
    if (!this.enabled) {
      this.observation.refused();
      client.on('error', () => client.destroy());
      client.resetAndDestroy();
      return;
    }
    this.accepted += 1;
    this.observation.connected();
    if (upstream === undefined) {
      client.destroy();
      return;
    }
    const connection: Connection = new Connection({
      ...{ client, upstream, toxics: this.toxics, observation: this.observation, scheduler: this.scheduler },
      seed: deriveSeed(this.seed, `connection ${this.accepted}`),
      onClosed: () => this.connections.delete(connection),
    });
    this.connections.add(connection);
  }

  private dropConnections(): void {
    for (const connection of this.connections) connection.destroy();
  }

  private enableAfter(ttlMs: number): void {
    const retryMicros = 100_000;
    const attempt = (): void => {
      this.enable().catch(() => {
        this.cancelOutage = this.scheduler.at(this.scheduler.nowMicros() + retryMicros, attempt);
      });
    };
    this.cancelOutage = this.scheduler.at(this.scheduler.nowMicros() + ttlMs * 1000, attempt);
  }
}

/** Without the token of the command that made it: the same seed then decides the same in every command. */
const seedOf = (name: string, seed: number): number =>
  deriveSeed(seed, `proxy ${name.replace(/^mettle_[0-9a-f]+_/, '')}`);

/** Whether two listen texts resolve to the same address; false when one cannot be resolved. */
export async function sameAddress(one: string, other: string): Promise<boolean> {
  const resolve = (text: string): Promise<string | undefined> =>
    resolveListen(text).then(formatAddress, () => undefined);
  const [first, second] = await Promise.all([resolve(one), resolve(other)]);
  return first !== undefined && first === second;
}
