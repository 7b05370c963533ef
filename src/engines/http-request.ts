// A step's request: its templates compiled once, built once when it has none.

import { MettleError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import type { Addresses, EngineEnvironment, Scope } from './engine.ts';
import type { OpenFile } from './held-files.ts';
import { compileBody, compileFields } from './http-body.ts';
import type { HttpRequest } from './http-exchange.ts';
import { compileHeaders } from './http-headers.ts';
import type { HttpStep } from './http-step.ts';

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

/** Throws MettleError (no address, no file) and what the template compiler throws. */
export function compileRequest(step: HttpStep, environment: EngineEnvironment, open: OpenFile): BuildRequest {
  const { templates, addresses } = environment;
  const { origin, pathSource } = placeOf(step, addresses);
  const path = templates.text(pathSource);
  const query = compileFields(step.query, templates);
  const body = compileBody(step.body, environment, open);
  const headers = compileHeaders(step, body.type, environment);
  const build: BuildRequest = (scope) => {
    const plainPath = escapePath(path.render(scope));
    const queryText = query.render(scope).toString();
    const joint = queryText === '' ? '' : plainPath.includes('?') ? '&' : '?';
    const { body: rendered, bytes, sent } = body.render(scope);
    const lines = headers.flatMap(([name, value]) => [name, value.render(scope)]);
    if (bytes !== null) lines.push('content-length', String(bytes));
    return {
      request: {
        origin,
        method: step.method,
        path: `${plainPath}${joint}${queryText}`,
        headers: lines,
        body: rendered,
      },
      sent,
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
