// A WebSocket step with its templates compiled: what is needed at the moment it is sent.

import { MettleError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { EngineEnvironment, Scope, TextTemplate } from './engine.ts';
import type { Checks } from './json-checks.ts';
import { compileChecks } from './json-checks.ts';
import type { WsConnectStep, WsMessage, WsStep } from './ws-step.ts';

interface PlanCommon {
  readonly name: string;
  readonly socket: string;
  readonly timeoutMicros: number;
}

export interface ConnectPlan extends PlanCommon {
  readonly action: 'connect';
  readonly origin: string;
  readonly path: TextTemplate;
  readonly headers: readonly (readonly [string, TextTemplate])[];
}

export interface SendPlan extends PlanCommon {
  readonly action: 'send';
  readonly message: (scope: Scope) => { readonly text: string; readonly sent: Json };
  readonly reply: Checks | null;
}

export interface AwaitPlan extends PlanCommon {
  readonly action: 'await';
  readonly match: Checks;
}

export interface ClosePlan extends PlanCommon {
  readonly action: 'close';
}

export type WsPlan = ConnectPlan | SendPlan | AwaitPlan | ClosePlan;

/** Throws MettleError when the target has no WebSocket address. */
function connectPlan(step: WsConnectStep, common: PlanCommon, environment: EngineEnvironment): ConnectPlan {
  const { templates, addresses } = environment;
  const absolute = /^(wss?:\/\/[^/?]+)(.*)$/s.exec(step.url);
  const headers = Object.entries(step.headers).map(([name, value]) => [name, templates.text(value)] as const);
  if (absolute !== null) {
    const [, origin = '', rest = ''] = absolute;
    const path = templates.text(rest.startsWith('/') ? rest : `/${rest}`);
    return { ...common, action: 'connect', origin, path, headers };
  }
  if (addresses.ws === undefined) {
    throw new MettleError({
      code: 'NO_ADDRESS',
      message: `step "${step.name}" needs a WebSocket address, and the target has none`,
      hint: 'Give the target file a `ws:` address.',
    });
  }
  const base = new URL(addresses.ws);
  const path = templates.text(`${base.pathname.replace(/\/$/, '')}${step.url}`);
  return { ...common, action: 'connect', origin: `${base.protocol}//${base.host}`, path, headers };
}

function messagePlan(message: WsMessage, { templates }: EngineEnvironment): SendPlan['message'] {
  if (message.kind === 'text') {
    const template = templates.text(message.text);
    return (scope) => {
      const text = template.render(scope);
      return { text, sent: text };
    };
  }
  const template = templates.json(message.value);
  if (template.fixed !== undefined) {
    const fixed = { text: JSON.stringify(template.fixed), sent: template.fixed };
    return () => fixed;
  }
  return (scope) => {
    const sent = template.render(scope);
    return { text: JSON.stringify(sent), sent };
  };
}

/** Throws MettleError and what the template compiler throws. */
export function planStep(step: WsStep, environment: EngineEnvironment): WsPlan {
  const { templates } = environment;
  const common: PlanCommon = { name: step.name, socket: step.socket, timeoutMicros: step.timeoutMicros };
  switch (step.action) {
    case 'connect':
      return connectPlan(step, common, environment);
    case 'send': {
      const reply = step.reply === null ? null : compileChecks(step.reply, templates);
      return { ...common, action: 'send', message: messagePlan(step.message, environment), reply };
    }
    case 'await':
      return { ...common, action: 'await', match: compileChecks(step.match, templates) };
    case 'close':
      return { ...common, action: 'close' };
  }
}
