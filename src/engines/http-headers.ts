// The header lines of a step's request: defaults, then the scenario's settings, then the step's own, the last word wins.

import type { EngineEnvironment, TemplateCompiler, TextTemplate } from './engine.ts';
import type { HttpStep } from './http-step.ts';
import type { AuthSettings } from './settings.ts';

export type HeaderLine = readonly [name: string, value: TextTemplate];

/** The value of an `authorization` header. */
export function authorizationOf(auth: AuthSettings, templates: TemplateCompiler): TextTemplate {
  if (auth.kind === 'bearer') return templates.text(`Bearer ${auth.token}`);
  const [user, password] = [templates.text(auth.user), templates.text(auth.password)];
  const encode = (name: string, word: string): string =>
    `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}`;
  const fixed =
    user.fixed === undefined || password.fixed === undefined ? undefined : encode(user.fixed, password.fixed);
  return {
    fixed,
    render: (scope) => fixed ?? encode(user.render(scope), password.render(scope)),
  };
}

const asksForCompression = (step: HttpStep, { http }: EngineEnvironment): boolean =>
  step.stream === null && (step.compression ?? http.compression);

/** Throws what the template compiler throws. */
export function compileHeaders(
  step: HttpStep,
  bodyType: string | null,
  environment: EngineEnvironment,
): HeaderLine[] {
  const { templates, http } = environment;
  const lines = new Map<string, HeaderLine>();
  const put = (name: string, value: TextTemplate): void => {
    lines.set(name.toLowerCase(), [name, value]);
  };
  const putAll = (headers: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(headers)) put(name, templates.text(value));
  };
  const putAuth = (auth: AuthSettings | 'none' | null): void => {
    if (auth !== null && auth !== 'none') put('authorization', authorizationOf(auth, templates));
  };
  putAll({ accept: step.stream?.format === 'events' ? 'text/event-stream' : '*/*', 'user-agent': 'mettle' });
  if (bodyType !== null) putAll({ 'content-type': bodyType });
  if (asksForCompression(step, environment)) putAll({ 'accept-encoding': 'gzip, deflate, br' });
  putAll(http.headers);
  if (step.auth === null) putAuth(http.auth);
  if (step.auth === 'none') lines.delete('authorization');
  putAll(step.headers);
  putAuth(step.auth);
  return [...lines.values()];
}
