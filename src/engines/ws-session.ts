// One virtual user's WebSockets: connecting, round trips among other messages, waiting for a message, closing.

import { messageOf } from '../kernel/errors.ts';
import type { Sample } from '../measure/outcome.ts';
import type { Scope, Session } from './engine.ts';
import type { ExampleMaker } from './examples.ts';
import type { Failure } from './failures.ts';
import type { BoundChecks } from './json-checks.ts';
import { UnresolvedValue } from './unresolved.ts';
import type { Waited } from './ws-deadline.ts';
import { waitFor } from './ws-deadline.ts';
import type { LineFollower, Lost } from './ws-line.ts';
import { WsLine } from './ws-line.ts';
import type { Opened } from './ws-open.ts';
import { leaveSocket, openSocket } from './ws-open.ts';
import type { Outcome } from './ws-sample.ts';
import { sampleOf } from './ws-sample.ts';
import type { AwaitPlan, ClosePlan, ConnectPlan, SendPlan, WsPlan } from './ws-step-plan.ts';

/** How a wait for messages ended well or badly. */
type Message = { readonly bytes: number } | { readonly lost: Lost };

const expectation = (detail: string): Failure => ({ error: 'expectation', code: undefined, detail });

const brokenPipe = (error: Error): Failure => ({
  error: 'reset',
  code: undefined,
  detail: `the message could not be sent: ${messageOf(error)}`,
});

export interface WsSessionInit {
  readonly nowMicros: () => number;
  readonly examples: ExampleMaker;
  /** False when no step awaits: messages that nobody waits for are then only counted. */
  readonly keepForAwait: boolean;
  /** Follows every socket that is opened; null = nobody does. */
  readonly follower: LineFollower | null;
  readonly onClose: () => void;
}

export class WsSession implements Session<WsPlan> {
  readonly #lines = new Map<string, WsLine>();
  /** Sockets that could not be opened: later steps on them fail in the same way. */
  readonly #refused = new Map<string, Lost>();
  readonly #nowMicros: () => number;
  readonly #examples: ExampleMaker;
  readonly #keepForAwait: boolean;
  readonly #follower: LineFollower | null;
  readonly #onClose: () => void;

  constructor({ nowMicros, examples, keepForAwait, follower, onClose }: WsSessionInit) {
    this.#follower = follower;
    this.#nowMicros = nowMicros;
    this.#examples = examples;
    this.#keepForAwait = keepForAwait;
    this.#onClose = onClose;
  }

  async send(plan: WsPlan, scope: Scope, dueAtMicros: number | null, signal: AbortSignal): Promise<Sample> {
    try {
      const outcome = await this.#perform(plan, scope, signal);
      if (outcome.failure === null) this.#lines.get(plan.socket)?.succeeded(plan.name);
      return sampleOf(plan, dueAtMicros, outcome, this.#examples);
    } catch (thrown) {
      if (!(thrown instanceof UnresolvedValue)) throw thrown;
      const outcome = this.#atOnce(expectation(`not sent: ${thrown.message}`));
      return sampleOf(plan, dueAtMicros, outcome, this.#examples);
    }
  }

  async close(): Promise<void> {
    const sockets = [...this.#lines.values()].map(({ socket }) => socket);
    this.#lines.clear();
    this.#onClose();
    await Promise.all(sockets.map(leaveSocket));
  }

  #perform(plan: WsPlan, scope: Scope, signal: AbortSignal): Promise<Outcome> | Outcome {
    if (plan.action === 'connect') return this.#connect(plan, scope, signal);
    const line = this.#lines.get(plan.socket);
    const lost = line === undefined ? this.#refused.get(plan.socket) : line.lost;
    if (lost !== undefined) return this.#atOnce(lost.failure, lost.status);
    if (line === undefined) return this.#atOnce(expectation(`the socket "${plan.socket}" is not open`));
    switch (plan.action) {
      case 'send':
        return this.#send(plan, line, scope, signal);
      case 'await':
        return this.#await(plan, line, scope, signal);
      case 'close':
        return this.#close(plan, line, signal);
    }
  }

  #atOnce(failure: Failure | null, status?: string): Outcome {
    const nowMicros = this.#nowMicros();
    return { startedAtMicros: nowMicros, endedAtMicros: nowMicros, failure, status };
  }

  async #connect(plan: ConnectPlan, scope: Scope, signal: AbortSignal): Promise<Outcome> {
    const url = `${plan.origin}${plan.path.render(scope).replaceAll('#', '%23')}`;
    const headers = Object.fromEntries(plan.headers.map(([name, value]) => [name, value.render(scope)]));
    this.#lines.get(plan.socket)?.socket.terminate();
    this.#lines.delete(plan.socket);
    this.#refused.delete(plan.socket);
    const startedAtMicros = this.#nowMicros();
    let opening;
    try {
      opening = openSocket(url, headers, this.#nowMicros);
    } catch (thrown) {
      return this.#refuse(plan.socket, this.#atOnce(expectation(`not sent: ${messageOf(thrown)}`)));
    }
    // Listens from the start: the first message may come together with the end of the handshake.
    const { socket, result } = opening;
    const line = new WsLine(socket, this.#keepForAwait, this.#nowMicros);
    socket.once('open', () => {
      line.follow(this.#follower?.onOpen(plan.socket, plan.name, this.#nowMicros()) ?? null);
    });
    const waited = await this.#wait<Opened>(
      plan,
      signal,
      () => 'no open connection',
      (done) => {
        void result.then(done);
        return () => undefined;
      },
    );
    const failure = waited.failure ?? waited.value?.failure ?? null;
    const { endedAtMicros, censored, value } = waited;
    const { status, connectMicros } = value ?? {};
    const outcome = { startedAtMicros, endedAtMicros, censored, failure, status, connectMicros };
    if (failure === null) {
      this.#lines.set(plan.socket, line);
      return outcome;
    }
    socket.terminate();
    return this.#refuse(plan.socket, outcome);
  }

  #refuse(socket: string, outcome: Outcome): Outcome {
    if (outcome.failure !== null)
      this.#refused.set(socket, { failure: outcome.failure, status: outcome.status });
    return outcome;
  }

  #wait<Value extends object>(
    { timeoutMicros }: WsPlan,
    signal: AbortSignal,
    missing: () => string,
    begin: (done: (value: Value) => void) => () => void,
  ): Promise<Waited<Value>> {
    return waitFor({ timeoutMicros, signal, nowMicros: this.#nowMicros, missing }, begin);
  }

  async #send(plan: SendPlan, line: WsLine, scope: Scope, signal: AbortSignal): Promise<Outcome> {
    const { text, sent } = plan.message(scope);
    scope.set('sent', sent);
    const reply = plan.reply === null ? null : plan.reply(scope);
    const transmit = (done: (message: Message) => void): void => {
      line.socket.send(text, (error) => {
        if (error != null) done({ lost: line.lost ?? { failure: brokenPipe(error), status: undefined } });
        else if (reply === null) done({ bytes: 0 });
      });
    };
    if (reply === null) line.mark();
    return this.#untilMessage(plan, line, signal, reply, transmit);
  }

  async #await(plan: AwaitPlan, line: WsLine, scope: Scope, signal: AbortSignal): Promise<Outcome> {
    const matches = plan.match(scope);
    const bytes = line.takeKept(matches);
    if (bytes !== undefined) return { ...this.#atOnce(null), bytes };
    return this.#untilMessage(plan, line, signal, matches, () => undefined);
  }

  /** Waits for the message that matches, from before `begin` on; without `matches` `begin` itself ends the step. */
  async #untilMessage(
    plan: SendPlan | AwaitPlan,
    line: WsLine,
    signal: AbortSignal,
    matches: BoundChecks | null,
    begin: (done: (message: Message) => void) => void,
  ): Promise<Outcome> {
    const startedAtMicros = this.#nowMicros();
    const unmatchedBefore = line.unmatched;
    const missing = (): string =>
      matches === null ? 'not sent' : `no matching message (${line.unmatched - unmatchedBefore} others came)`;
    const waited = await this.#wait<Message>(plan, signal, missing, (done) => {
      const onMatch = (bytes: number): void => done({ bytes });
      const onLost = (lost: Lost): void => done({ lost });
      const stop = line.wait({ matches: matches ?? (() => 'waits for no message'), onMatch, onLost });
      begin((message) => {
        stop();
        done(message);
      });
      return stop;
    });
    const { endedAtMicros, censored, value } = waited;
    if (value === undefined) line.mark();
    const lost = value !== undefined && 'lost' in value ? value.lost : undefined;
    return {
      startedAtMicros,
      endedAtMicros,
      censored,
      failure: waited.failure ?? lost?.failure ?? null,
      status: lost?.status,
      bytes: value !== undefined && 'bytes' in value ? value.bytes : 0,
    };
  }

  async #close(plan: ClosePlan, line: WsLine, signal: AbortSignal): Promise<Outcome> {
    this.#lines.delete(plan.socket);
    const startedAtMicros = this.#nowMicros();
    const { socket } = line;
    const waited = await this.#wait<{ code: number }>(
      plan,
      signal,
      () => 'no answer to the close',
      (done) => {
        const closed = (code: number): void => done({ code });
        socket.once('close', closed);
        socket.close(1000);
        return () => socket.off('close', closed);
      },
    );
    if (waited.value === undefined) socket.terminate();
    const { endedAtMicros, censored, failure, value } = waited;
    return { startedAtMicros, endedAtMicros, censored, failure, status: value && String(value.code) };
  }
}
