// A WebSocket step with its templates compiled: what is needed at the moment it is sent.

import type { Json } from '../kernel/json.ts';
import type { EngineEnvironment, Scope, TextTemplate } from './engine.ts';
import { compileBytes } from './ws-bytes.ts';
import type { TakeCaptures } from './ws-captures.ts';
import { compileCaptures } from './ws-captures.ts';
import { jsonText } from './unresolved.ts';
import type { BuildHandshake } from './ws-handshake.ts';
import { compileHandshake } from './ws-handshake.ts';
import type { Match } from './ws-match.ts';
import { compileMatch } from './ws-match.ts';
import type { WsConnectStep, WsMessage, WsStep } from './ws-step.ts';

interface PlanCommon {
  readonly name: string;
  readonly socket: string;
  readonly timeoutMicros: number;
}

export interface ConnectPlan extends PlanCommon {
  readonly action: 'connect';
  readonly handshake: BuildHandshake;
  readonly connectTimeoutMicros: number | null;
  readonly options: Pick<WsConnectStep, 'compression' | 'ping' | 'allowedCloses' | 'reconnect' | 'read'>;
}

interface OutMessage {
  readonly data: string | Buffer;
  /** What `{{sent.…}}` refers to; of binary messages their base64. */
  readonly sent: Json;
}

export interface SendPlan extends PlanCommon {
  readonly action: 'send';
  /** Throws UnresolvedValue and NotBytes. */
  readonly message: (scope: Scope) => OutMessage;
  readonly reply: Match | null;
  readonly capture: TakeCaptures;
  readonly wait: boolean;
}

export interface AwaitPlan extends PlanCommon {
  readonly action: 'await';
  readonly match: Match;
  readonly count: number;
  readonly capture: TakeCaptures;
}

export interface PingPlan extends PlanCommon {
  readonly action: 'ping';
}

export interface ClosePlan extends PlanCommon {
  readonly action: 'close';
  readonly code: number;
  readonly reason: TextTemplate;
  readonly codes: readonly number[] | null;
}

export interface AwaitClosePlan extends PlanCommon {
  readonly action: 'await-close';
  readonly codes: readonly number[] | null;
}

export type WsPlan = ConnectPlan | SendPlan | AwaitPlan | PingPlan | ClosePlan | AwaitClosePlan;

function compileMessage(message: WsMessage, environment: EngineEnvironment): SendPlan['message'] {
  const { templates } = environment;
  if (message.kind === 'text') {
    const template = templates.text(message.text);
    return (scope) => {
      const text = template.render(scope);
      return { data: text, sent: text };
    };
  }
  if (message.kind === 'binary') {
    const bytes = compileBytes(message.bytes, environment);
    const out = (data: Buffer): OutMessage => ({ data, sent: data.toString('base64') });
    if (bytes.fixed === undefined) return (scope) => out(bytes.render(scope));
    const fixed = out(bytes.fixed);
    return () => fixed;
  }
  const template = templates.json(message.value);
  const out = (sent: Json): OutMessage => ({ data: jsonText(sent), sent });
  if (template.fixed === undefined) return (scope) => out(template.render(scope));
  const fixed = out(template.fixed);
  return () => fixed;
}

/** Throws MettleError and what the template compiler throws. */
export function planStep(step: WsStep, environment: EngineEnvironment): WsPlan {
  const common: PlanCommon = { name: step.name, socket: step.socket, timeoutMicros: step.timeoutMicros };
  switch (step.action) {
    case 'connect': {
      const { compression, ping, allowedCloses, reconnect, read } = step;
      return {
        ...common,
        action: 'connect',
        handshake: compileHandshake(step, environment),
        connectTimeoutMicros: step.connectTimeoutMicros ?? environment.http.connectTimeoutMicros,
        options: { compression, ping, allowedCloses, reconnect, read },
      };
    }
    case 'send':
      return {
        ...common,
        action: 'send',
        message: compileMessage(step.message, environment),
        reply: step.reply === null ? null : compileMatch(step.reply, environment),
        capture: compileCaptures(step.capture),
        wait: step.wait,
      };
    case 'await': {
      const { count } = step;
      const match = compileMatch(step.match, environment);
      return { ...common, action: 'await', match, count, capture: compileCaptures(step.capture) };
    }
    case 'ping':
      return { ...common, action: 'ping' };
    case 'close': {
      const reason = environment.templates.text(step.reason);
      return { ...common, action: 'close', code: step.code, reason, codes: step.codes };
    }
    case 'await-close':
      return { ...common, action: 'await-close', codes: step.codes };
  }
}
