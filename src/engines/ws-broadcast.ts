// Broadcasts of one load thread: which sockets are subscribers, which messages are copies of something published here.

import type { Json } from '../kernel/json.ts';
import type { EngineEnvironment } from './engine.ts';
import type { BoundChecks } from './json-checks.ts';
import { compileChecks, parseJson } from './json-checks.ts';
import type { Select } from './json-path.ts';
import { compileJsonPath } from './json-path.ts';
import type { Subscriber } from './ws-broadcast-ledger.ts';
import { BroadcastLedger } from './ws-broadcast-ledger.ts';
import type { Publisher } from './ws-broadcast-publication.ts';
import { createPublisher } from './ws-broadcast-publication.ts';
import type { BroadcastSpec } from './ws-broadcast-step.ts';
import type { Incoming } from './ws-incoming.ts';
import type { LineFollower, LineTap, SendNotice } from './ws-line.ts';

/** One publishing step. */
interface Station {
  readonly step: string;
  readonly spec: BroadcastSpec;
  readonly ledger: BroadcastLedger;
  readonly matches: BoundChecks;
  readonly sentId: Select;
  readonly receivedId: Select;
}

/** An identity is a text or a number; the number 7 and the text "7" are the same. */
function keyOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text that is JSON is looked into; another one is its own value. */
const contentOf = (sent: Json): unknown => (typeof sent === 'string' ? (parseJson(sent) ?? sent) : sent);

type Surroundings = Pick<EngineEnvironment, 'observer' | 'templates' | 'nowMicros'>;

const noScope = { get: () => undefined, set: () => undefined };

/** Follows the sockets of a thread. Prepared steps first, then sockets; `close` ends its timer. */
export class Broadcasts implements LineFollower {
  readonly #around: Surroundings;
  readonly #stations = new Map<string, Station>();
  #timer: NodeJS.Timeout | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** True when a step broadcasts: without one nobody needs to be followed. */
  get any(): boolean {
    return this.#stations.size > 0;
  }

  /** Several load entries may run the same step: it has one set of books. Throws when its `joined` was not filled in. */
  add(step: string, spec: BroadcastSpec): void {
    if (this.#stations.has(step)) return;
    if (spec.joined.length === 0) throw new Error(`who gets the broadcasts of "${step}" was not filled in`);
    const { observer, templates } = this.#around;
    const { timeoutMicros } = spec;
    this.#stations.set(step, {
      step,
      spec,
      ledger: new BroadcastLedger({ series: step, timeoutMicros, observer }),
      matches: compileChecks(spec.match, templates)(noScope),
      sentId: compileJsonPath(spec.sentId),
      receivedId: compileJsonPath(spec.receivedId),
    });
  }

  onOpen(_socket: string, connectSeries: string): LineTap {
    const tap = new BroadcastTap(this.#stations, () => this.#arm());
    tap.onStep(connectSeries);
    return tap;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One timer for the message whose time is over first; copies that come after that are late whenever it rings. */
  #arm(): void {
    if (this.#timer !== undefined) return;
    const ledgers = [...this.#stations.values()].map(({ ledger }) => ledger);
    const deadlines = ledgers.flatMap((ledger) => ledger.nextDeadlineMicros() ?? []);
    if (deadlines.length === 0) return;
    const delayMs = Math.ceil((Math.min(...deadlines) - this.#around.nowMicros()) / 1000) + 1;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const nowMicros = this.#around.nowMicros();
        for (const ledger of ledgers) ledger.expire(nowMicros);
        this.#arm();
      },
      Math.max(1, delayMs),
    ).unref();
  }
}

/** One socket: what it is subscribed to and what it has published. */
class BroadcastTap implements LineTap {
  readonly #stations: ReadonlyMap<string, Station>;
  readonly #arm: () => void;
  readonly #subscribed = new Map<Station, Subscriber>();
  readonly #publishers = new Map<Station, Publisher>();
  #retired = false;
  #left = false;

  constructor(stations: ReadonlyMap<string, Station>, arm: () => void) {
    this.#stations = stations;
    this.#arm = arm;
  }

  onStep(step: string): void {
    if (this.#retired) return;
    for (const station of this.#stations.values()) {
      if (station.spec.joined.includes(step) && !this.#subscribed.has(station)) {
        this.#subscribed.set(station, station.ledger.join());
      }
    }
  }

  onMessage(message: Incoming): boolean {
    // Of no interest any more, but what was on its way is not a message that nobody understands.
    if (this.#left) return true;
    if (this.#subscribed.size === 0) return false;
    const value = message.json;
    if (value === undefined) return false;
    for (const [station, subscriber] of this.#subscribed) {
      if (station.matches(value) !== null) continue;
      const key = keyOf(station.receivedId(value)[0]);
      const publication = key === undefined ? undefined : station.ledger.find(key);
      if (publication === undefined) continue;
      station.ledger.receive(subscriber, publication, message.atMicros);
      return true;
    }
    return false;
  }

  onSend(step: string, sent: Json, atMicros: number): SendNotice | null {
    const station = this.#stations.get(step);
    if (station === undefined) return null;
    const { ledger, spec } = station;
    const key = keyOf(station.sentId(contentOf(sent))[0]);
    if (key === undefined) {
      return { problem: `the message has no identity (a text or a number) at ${spec.sentId}` };
    }
    let publisher = this.#publishers.get(station);
    if (publisher === undefined) {
      publisher = createPublisher();
      this.#publishers.set(station, publisher);
    }
    const except = spec.self ? null : (this.#subscribed.get(station) ?? null);
    const publication = ledger.publish(key, publisher, except, atMicros);
    if (publication === undefined) {
      return {
        problem: `an earlier message has the same identity, "${key}": their copies are not told apart`,
      };
    }
    this.#arm();
    return { sent: () => ledger.sent(publication), failed: () => ledger.withdraw(publication) };
  }

  onRetire(atMicros: number): Promise<unknown> | null {
    this.#retired = true;
    if (this.#subscribed.size === 0) return null;
    const debts = [...this.#subscribed].map(
      ([{ ledger }, subscriber]) => new Promise<void>((paid) => ledger.retire(subscriber, atMicros, paid)),
    );
    return Promise.all(debts);
  }

  onLeave(atMicros: number): void {
    this.#left = true;
    this.#end('by plan', atMicros);
  }

  onClose(atMicros: number): void {
    this.#end('unasked', atMicros);
  }

  #end(how: 'by plan' | 'unasked', atMicros: number): void {
    for (const [station, subscriber] of this.#subscribed) station.ledger.leave(subscriber, how, atMicros);
    this.#subscribed.clear();
  }
}
