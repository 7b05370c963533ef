// A step's request: its templates compiled once, built once when it has none.

import { MettleError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { Addresses, EngineEnvironment, Scope, TemplateCompiler, TextTemplate } from './engine.ts';
import type { HttpRequest } from './http-exchange.ts';
import type { HttpBody, HttpStep } from './http-step.ts';

interface BuiltRequest {
  readonly request: HttpRequest;
  /** What `{{sent.…}}` refers to. */
  readonly sent: Json | null;
}

/** Throws UnresolvedValue. */
export type BuildRequest = (scope: Scope) => BuiltRequest;

interface Place {
  readonly origin: string;
  readonly pathSource: string;
}

/** Where a step goes: its own URL, the client process it names, or the target. Throws MettleError. */
function placeOf({ url, via, name }: HttpStep, addresses: Addresses): Place {
  const absolute = /^(https?:\/\/[^/?]+)(.*)$/s.exec(url);
  if (absolute !== null) {
    const [, origin = '', rest = ''] = absolute;
    return { origin: new URL(origin).origin, pathSource: rest.startsWith('/') ? rest : `/${rest}` };
  }
  const known = via === null ? addresses.http : addresses.clients[via];
  if (known === undefined) {
    throw new MettleError({
      code: 'NO_ADDRESS',
      message:
        via === null
          ? `step "${name}" needs an HTTP address, and the target has none`
          : `step "${name}" goes via "${via}", which is not a client process of the target`,
      hint:
        via === null
          ? 'Give the target file an `http:` address.'
          : 'Declare it under `clients:` in the target file.',
    });
  }
  const base = new URL(known);
  return { origin: base.origin, pathSource: `${base.pathname.replace(/\/$/, '')}${url}` };
}

/** Spaces, `#`, controls and letters beyond ASCII are escaped; everything else is sent as written. */
function escapePath(path: string): string {
  return path.replace(/[^\x21\x22\x24-\x7e]/gu, (character) =>
    /^\p{Surrogate}$/u.test(character) ? '%EF%BF%BD' : encodeURIComponent(character),
  );
}

interface Fields {
  readonly isFixed: boolean;
  render(scope: Scope): URLSearchParams;
}

function compileFields(fields: Readonly<Record<string, string>>, templates: TemplateCompiler): Fields {
  const compiled = Object.entries(fields).map(([name, value]) => [name, templates.text(value)] as const);
  return {
    isFixed: compiled.every(([, value]) => value.fixed !== undefined),
    render: (scope) =>
      new URLSearchParams(compiled.map(([name, value]): [string, string] => [name, value.render(scope)])),
  };
}

interface BodyPlan {
  readonly type: string | null;
  readonly isFixed: boolean;
  render(scope: Scope): { readonly body: string | null; readonly sent: Json | null };
}

function compileBody(body: HttpBody | null, templates: TemplateCompiler): BodyPlan {
  if (body === null) return { type: null, isFixed: true, render: () => ({ body: null, sent: null }) };
  if (body.kind === 'json') {
    const template = templates.json(body.value);
    const render = (scope: Scope): ReturnType<BodyPlan['render']> => {
      const sent = template.render(scope);
      return { body: JSON.stringify(sent), sent };
    };
    return { type: 'application/json', isFixed: template.fixed !== undefined, render };
  }
  if (body.kind === 'form') {
    const fields = compileFields(body.fields, templates);
    const render = (scope: Scope): ReturnType<BodyPlan['render']> => {
      const form = fields.render(scope);
      return { body: form.toString(), sent: Object.fromEntries(form) };
    };
    return { type: 'application/x-www-form-urlencoded', isFixed: fields.isFixed, render };
  }
  const template = templates.text(body.text);
  const render = (scope: Scope): ReturnType<BodyPlan['render']> => {
    const sent = template.render(scope);
    return { body: sent, sent };
  };
  return { type: 'text/plain; charset=utf-8', isFixed: template.fixed !== undefined, render };
}

/** The step's own headers, after the few that it does not set itself. */
function compileHeaders(
  step: HttpStep,
  type: string | null,
  templates: TemplateCompiler,
): [string, TextTemplate][] {
  const own = new Set(Object.keys(step.headers).map((name) => name.toLowerCase()));
  const defaults: Record<string, string> = { accept: '*/*', 'user-agent': 'mettle' };
  if (type !== null) defaults['content-type'] = type;
  const missing = Object.entries(defaults).filter(([name]) => !own.has(name));
  return [...missing, ...Object.entries(step.headers)].map(([name, value]) => [name, templates.text(value)]);
}

/** Throws MettleError (no address) and what the template compiler throws. */
export function compileRequest(step: HttpStep, environment: EngineEnvironment): BuildRequest {
  const { templates, addresses } = environment;
  const { origin, pathSource } = placeOf(step, addresses);
  const path = templates.text(pathSource);
  const query = compileFields(step.query, templates);
  const body = compileBody(step.body, templates);
  const headers = compileHeaders(step, body.type, templates);
  const build: BuildRequest = (scope) => {
    const plainPath = escapePath(path.render(scope));
    const queryText = query.render(scope).toString();
    const joint = queryText === '' ? '' : plainPath.includes('?') ? '&' : '?';
    const rendered = body.render(scope);
    return {
      request: {
        origin,
        method: step.method,
        path: `${plainPath}${joint}${queryText}`,
        headers: headers.flatMap(([name, value]) => [name, value.render(scope)]),
        body: rendered.body,
      },
      sent: rendered.sent,
    };
  };
  const isFixed =
    path.fixed !== undefined &&
    query.isFixed &&
    body.isFixed &&
    headers.every(([, value]) => value.fixed !== undefined);
  if (!isFixed) return build;
  const once = build({ get: () => undefined, set: () => undefined });
  const { body: whole } = once.request;
  const bytes = typeof whole === 'string' ? Buffer.from(whole) : whole;
  const fixed: BuiltRequest = { request: { ...once.request, body: bytes }, sent: once.sent };
  return () => fixed;
}
