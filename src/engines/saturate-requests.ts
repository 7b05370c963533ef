// The requests of a flow that saturates: fixed, all to one address, built once as for any HTTP step.

import { validateHeaderValue } from 'node:http';
import { MettleError, messageOf } from '../kernel/errors.ts';
import type { EngineEnvironment, Scope } from './engine.ts';
import type { HttpRequest } from './exchange-contract.ts';
import type { OpenFile } from './held-files.ts';
import { fileHolder } from './held-files.ts';
import { compileRequest } from './http-request.ts';
import type { HttpStep } from './http-step.ts';
import type { AutocannonRequest } from './saturate-autocannon.ts';

export interface FixedRequests {
  readonly origin: string;
  /** One per step. */
  readonly requests: readonly AutocannonRequest[];
}

/** Throws MettleError `CANNOT_SATURATE` for what is not fixed, has no one address, or cannot be held in memory. */
export function fixedRequests(steps: readonly HttpStep[], environment: EngineEnvironment): FixedRequests {
  const open = fileHolder();
  const built = steps.map((step) => fixedRequest(step, environment, open));
  const [first] = built;
  if (first === undefined) throw cannot('the flow has no step');
  const other = built.find(({ origin }) => origin !== first.origin);
  if (other !== undefined) {
    throw cannot(`its steps go to different addresses, ${first.origin} and ${other.origin}`);
  }
  return { origin: first.origin, requests: built.map(asAutocannon) };
}

/** `env.*` is the same for the whole run; nothing else has a value here. */
function fixedRequest(step: HttpStep, environment: EngineEnvironment, open: OpenFile): HttpRequest {
  const get = (path: string): unknown =>
    path.startsWith('env.') ? environment.env[path.slice(4)] : undefined;
  try {
    const { request } = compileRequest(
      step,
      environment,
      open,
    )({ get, set: () => undefined } satisfies Scope);
    request.headers.forEach((name, index) => {
      if (index % 2 === 0) validateHeaderValue(name, request.headers[index + 1] ?? '');
    });
    return request;
  } catch (thrown) {
    if (thrown instanceof MettleError) throw thrown;
    throw cannot(`step "${step.name}" cannot be sent: ${messageOf(thrown)}`);
  }
}

function asAutocannon({ method, path, headers, body }: HttpRequest): AutocannonRequest {
  if (typeof body === 'function') throw cannot('a file that is sent is too large to be held in memory');
  const lines = headers.flatMap((name, index): [string, string][] =>
    // autocannon writes the length of the body itself.
    index % 2 === 1 || name.toLowerCase() === 'content-length' ? [] : [[name, headers[index + 1] ?? '']],
  );
  return { method, path, headers: Object.fromEntries(lines), ...(body !== null && { body }) };
}

const cannot = (message: string): MettleError =>
  new MettleError({
    code: 'CANNOT_SATURATE',
    message: `what saturates must be fixed requests to one address: ${message}`,
    hint: 'Load anything else with `users:`.',
  });
