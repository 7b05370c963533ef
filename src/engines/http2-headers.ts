// The headers of a request as HTTP/2 sends them: lower case, the four of its own, without what belongs to a connection.

import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http2';
import type { HttpRequest } from './exchange-contract.ts';

/** RFC 9113, section 8.2.2. */
const ofConnections: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

const expectsBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Throws what Node throws for a name or value that no header can have: over HTTP/2 it would send it. */
export function http2Headers({ origin, method, path, headers, body }: HttpRequest): OutgoingHttpHeaders {
  const schemeEnd = origin.indexOf('://');
  const result: Record<string, string | string[]> = {
    ':method': method,
    ':scheme': origin.slice(0, schemeEnd),
    ':authority': origin.slice(schemeEnd + 3),
    ':path': path,
  };
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    const value = headers[index + 1] ?? '';
    validateHeaderName(name);
    validateHeaderValue(name, value);
    if (ofConnections.has(name) || (name === 'te' && value !== 'trailers')) continue;
    if (name === 'host') {
      result[':authority'] = value;
      continue;
    }
    const before = result[name];
    result[name] = before === undefined ? value : [before, value].flat();
  }
  if (result['content-length'] === undefined && typeof body !== 'function') {
    if (body !== null) result['content-length'] = String(Buffer.byteLength(body));
    else if (expectsBody.has(method)) result['content-length'] = '0';
  }
  return result;
}
