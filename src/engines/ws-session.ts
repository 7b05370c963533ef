// One virtual user's WebSockets: which socket a step means, and what became of the step.

import { messageOf } from '../kernel/errors.ts';
import type { Sample } from '../measure/outcome.ts';
import type { CookieJar } from './cookies.ts';
import type { Scope, Session, Trouble } from './engine.ts';
import type { ExampleMaker } from './examples.ts';
import { UnresolvedValue } from './unresolved.ts';
import type { Acting } from './ws-acting.ts';
import { atOnce, expectation } from './ws-acting.ts';
import { NotBytes } from './ws-bytes.ts';
import { awaitClose, close, ping } from './ws-ending.ts';
import { WsLink } from './ws-link.ts';
import type { LinkShared } from './ws-link-contract.ts';
import { awaitMessages, send } from './ws-messages.ts';
import { randomOfUser } from './ws-reconnect.ts';
import type { Outcome } from './ws-sample.ts';
import { sampleOf } from './ws-sample.ts';
import type { ConnectPlan, WsPlan } from './ws-step-plan.ts';

export interface WsSessionInit {
  readonly shared: LinkShared;
  readonly cookies: CookieJar;
  readonly examples: ExampleMaker;
  readonly onClose: () => void;
}

export class WsSession implements Session<WsPlan> {
  readonly #init: WsSessionInit;
  /** By name; one that could not be opened, or was lost, stays: later steps on it fail in the same way. */
  readonly #links = new Map<string, WsLink>();
  /** Left by plan, and not closed yet. */
  readonly #leaving = new Set<WsLink>();

  constructor(init: WsSessionInit) {
    this.#init = init;
  }

  async send(plan: WsPlan, scope: Scope, dueAtMicros: number | null, signal: AbortSignal): Promise<Sample> {
    const outcome = await this.#perform(plan, scope, signal);
    return sampleOf(plan, dueAtMicros, outcome, this.#init.examples);
  }

  trouble(): Trouble | null {
    let trouble: Trouble | null = null;
    for (const [socket, link] of this.#links) {
      const failure = link.trouble();
      if (failure === null || trouble !== null) continue;
      const text = (): string => `${socket}: ${failure.detail}`;
      const example = this.#init.examples(socket, failure.error, text);
      trouble = { error: failure.error, example: example ?? `${socket}: as before` };
    }
    return trouble;
  }

  async close(cut?: AbortSignal): Promise<void> {
    const links = [...this.#links.values(), ...this.#leaving];
    this.#links.clear();
    await Promise.all(links.map((link) => this.#leave(link, cut)));
    this.#init.onClose();
  }

  /** Again for one that is waiting for what it is owed: whichever is cut off first ends the waiting. */
  async #leave(link: WsLink, cut: AbortSignal | undefined): Promise<void> {
    this.#leaving.add(link);
    await link.leave(cut);
    this.#leaving.delete(link);
  }

  async #perform(plan: WsPlan, scope: Scope, signal: AbortSignal): Promise<Outcome> {
    const { nowMicros } = this.#init.shared;
    try {
      if (plan.action === 'connect') return await this.#connect(plan, scope, signal);
      const link = this.#links.get(plan.socket);
      if (link === undefined)
        return atOnce(nowMicros(), expectation(`the socket "${plan.socket}" is not open`));
      return await this.#act(plan, { link, scope, signal, nowMicros });
    } catch (thrown) {
      if (!(thrown instanceof UnresolvedValue) && !(thrown instanceof NotBytes)) throw thrown;
      return atOnce(nowMicros(), expectation(`not sent: ${thrown.message}`));
    }
  }

  async #act(plan: Exclude<WsPlan, ConnectPlan>, acting: Acting): Promise<Outcome> {
    switch (plan.action) {
      case 'send':
        return send(plan, acting);
      case 'await':
        return awaitMessages(plan, acting);
      case 'ping':
        return ping(plan, acting);
      case 'close':
        return this.#ended(plan.socket, acting.link, await close(plan, acting));
      case 'await-close':
        return this.#ended(plan.socket, acting.link, await awaitClose(plan, acting));
    }
  }

  /** A socket that ended as its step wanted is not there any more; one that was lost stays lost. */
  #ended(socket: string, link: WsLink, outcome: Outcome): Outcome {
    if (link.isOver && this.#links.get(socket) === link) this.#links.delete(socket);
    return outcome;
  }

  async #connect(plan: ConnectPlan, scope: Scope, signal: AbortSignal): Promise<Outcome> {
    const { shared, cookies } = this.#init;
    const handshake = plan.handshake(scope);
    const random = randomOfUser(scope);
    // Whoever connects again under the same name leaves the connection before.
    const before = this.#links.get(plan.socket);
    if (before !== undefined) void this.#leave(before, signal);
    const link = new WsLink({ plan, handshake, cookies, random, shared });
    this.#links.set(plan.socket, link);
    const startedAtMicros = shared.nowMicros();
    try {
      const { value, failure, censored, endedAtMicros } = await link.open(signal);
      return {
        startedAtMicros,
        endedAtMicros,
        censored,
        failure: failure ?? value?.failure ?? null,
        status: value?.status,
        times: value?.times,
        answered: value?.answered ?? false,
      };
    } catch (thrown) {
      this.#links.delete(plan.socket);
      return atOnce(shared.nowMicros(), expectation(`not sent: ${messageOf(thrown)}`));
    }
  }
}
