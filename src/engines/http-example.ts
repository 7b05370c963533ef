// The line that shows a failed request: what was asked, what came of it, and none of its credentials.

import { isSensitiveName } from '../kernel/redact.ts';
import type { Scope } from './engine.ts';
import { excerptOf } from './http-content.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';

/** Shorter ones would take harmless words out of the text with them. */
const shortestCredential = 4;

/** What the credentials of a request look like where a server repeats them. */
function credentialsOf({ headers }: HttpRequest): string[] {
  const found: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase();
    const value = headers[index + 1] ?? '';
    if (name === 'cookie') found.push(...value.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1)));
    if (name === 'cookie' || !isSensitiveName(name ?? '')) continue;
    if (name !== 'authorization') {
      found.push(value);
      continue;
    }
    const credentials = value.slice(value.indexOf(' ') + 1);
    found.push(credentials);
    if (!/^basic /i.test(value)) continue;
    const plain = Buffer.from(credentials, 'base64').toString();
    found.push(plain.slice(plain.indexOf(':') + 1));
  }
  return found.filter((credential) => credential.length >= shortestCredential);
}

function without(text: string, requests: readonly HttpRequest[]): string {
  const credentials = [...new Set(requests.flatMap(credentialsOf))].sort((a, b) => b.length - a.length);
  return credentials.reduce((result, credential) => result.replaceAll(credential, '[redacted]'), text);
}

function withoutCaptures(text: string, hidden: ReadonlySet<string>, scope: Scope): string {
  let result = text;
  for (const name of hidden) {
    const value = scope.get(name);
    if (typeof value === 'string' && value !== '') result = result.replaceAll(value, `[${name}]`);
  }
  return result;
}

interface Shown {
  /** As they were sent, cookies included; the last one differs when redirects were followed. */
  readonly first: HttpRequest;
  readonly last: HttpRequest;
  readonly answer: HttpAnswer;
  readonly detail: string;
}

/** `hidden` are the names of captures whose values must not be shown. */
export function exampleText(
  { first, last, answer, detail }: Shown,
  hidden: ReadonlySet<string>,
  scope: Scope,
): string {
  const led = first === last ? '' : ` → ${last.method} ${last.origin}${last.path}`;
  const body = excerptOf(answer);
  const text = `${first.method} ${first.path}${led} → ${detail}${body === '' ? '' : `: ${body}`}`;
  return without(withoutCaptures(text, hidden, scope), [first, last]);
}
