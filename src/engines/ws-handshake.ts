// The opening handshake of a connect step: its templates compiled once, filled in when a user connects.

import { MettleError } from '../kernel/errors.ts';
import type { EngineEnvironment, Scope, TextTemplate } from './engine.ts';
import type { Failure } from './failures.ts';
import { authorizationOf } from './http-headers.ts';
import type { WsConnectStep } from './ws-step.ts';

/** For one user; connecting again sends the same. */
export interface Handshake {
  /** `ws://host:port/path?query` */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  /** null = the server's answer is a good one; else what is wrong with it. */
  readonly judge: (protocol: string, headers: Headers) => Failure | null;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Throws UnresolvedValue. */
export type BuildHandshake = (scope: Scope) => Handshake;

interface Place {
  readonly origin: string;
  readonly path: string;
}

/** Throws MettleError when the target has no WebSocket address. */
function placeOf(step: WsConnectStep, { addresses }: EngineEnvironment): Place {
  const absolute = /^(wss?:\/\/[^/?]+)(.*)$/s.exec(step.url);
  if (absolute !== null) {
    const [, origin = '', rest = ''] = absolute;
    return { origin, path: rest.startsWith('/') ? rest : `/${rest}` };
  }
  if (addresses.ws === undefined) {
    throw new MettleError({
      code: 'NO_ADDRESS',
      message: `step "${step.name}" needs a WebSocket address, and the target has none`,
      hint: 'Give the target file a `ws:` address.',
    });
  }
  const base = new URL(addresses.ws);
  return { origin: `${base.protocol}//${base.host}`, path: `${base.pathname.replace(/\/$/, '')}${step.url}` };
}

/** Settings of the scenario first, then the step's own: the last word wins, whatever its letters' case. */
function headerLines(step: WsConnectStep, { templates, http }: EngineEnvironment): [string, TextTemplate][] {
  const lines = new Map<string, [string, TextTemplate]>();
  const put = (name: string, value: TextTemplate): void => {
    lines.set(name.toLowerCase(), [name, value]);
  };
  put('user-agent', templates.text('mettle'));
  for (const [name, value] of Object.entries(http.headers)) put(name, templates.text(value));
  if (http.auth !== null) put('authorization', authorizationOf(http.auth, templates));
  for (const [name, value] of Object.entries(step.headers)) put(name, templates.text(value));
  return [...lines.values()];
}

const expectation = (detail: string): Failure => ({ error: 'expectation', code: undefined, detail });

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.join(', ') : value;

function headerProblem(headers: Headers, expected: readonly (readonly [string, string])[]): Failure | null {
  for (const [name, wanted] of expected) {
    const value = textOf(headers[name]);
    const isGood =
      wanted === 'absent' ? value === undefined : value !== undefined && ['present', value].includes(wanted);
    if (isGood) continue;
    return expectation(`header ${name} is ${value === undefined ? 'absent' : `"${value}"`}, not ${wanted}`);
  }
  return null;
}

/** Throws MettleError and what the template compiler throws. */
export function compileHandshake(step: WsConnectStep, environment: EngineEnvironment): BuildHandshake {
  const { templates } = environment;
  const { origin, path: pathSource } = placeOf(step, environment);
  const path = templates.text(pathSource);
  const pairs = (map: Readonly<Record<string, string>>) =>
    Object.entries(map).map(([name, value]) => [name, templates.text(value)] as const);
  const query = pairs(step.query);
  const headers = headerLines(step, environment);
  const protocols = step.protocols.map((protocol) => templates.text(protocol));
  const expectedProtocol = step.expect.protocol === null ? null : templates.text(step.expect.protocol);
  const expectedHeaders = pairs(step.expect.headers);
  return (scope) => {
    const render = <Key>(lines: readonly (readonly [Key, TextTemplate])[]) =>
      lines.map(([key, value]): [Key, string] => [key, value.render(scope)]);
    const plainPath = path.render(scope).replaceAll('#', '%23');
    const queryText = new URLSearchParams(render(query)).toString();
    const joint = queryText === '' ? '' : plainPath.includes('?') ? '&' : '?';
    const protocol = expectedProtocol?.render(scope);
    const wanted = render(expectedHeaders);
    return {
      url: `${origin}${plainPath}${joint}${queryText}`,
      headers: Object.fromEntries(render(headers)),
      protocols: protocols.map((template) => template.render(scope)),
      judge: (chosen, answered) => {
        if (protocol === undefined || protocol === chosen) return headerProblem(answered, wanted);
        return expectation(`the server chose the subprotocol "${chosen}", not "${protocol}"`);
      },
    };
  };
}
