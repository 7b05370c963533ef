// Which error class a failure gets, by table: the codes of Node, undici and ws.

import { errors } from 'undici';
import { describe, expect, it } from 'vitest';
import type { FailureClass } from '../../../src/engines/failures.ts';
import { BodyError, OpeningError, failureOf } from '../../../src/engines/failures.ts';

const coded = (code: string, extra: Record<string, unknown> = {}): Error =>
  Object.assign(new Error(`${code} happened`), { code, ...extra });

const open: [string, Error, FailureClass][] = [
  ['reset by peer', coded('ECONNRESET'), 'reset'],
  ['broken pipe', coded('EPIPE'), 'reset'],
  ['aborted', coded('ECONNABORTED'), 'reset'],
  ['closed by the other side', new errors.SocketError('other side closed'), 'reset'],
  ['closed', new errors.SocketError('closed'), 'reset'],
  ['bytes that are no answer', new errors.SocketError('bad response'), 'protocol'],
  ['an upgrade nobody asked for', new errors.SocketError('bad upgrade'), 'protocol'],
  ['end in the middle of a chunk', coded('HPE_INVALID_EOF_STATE'), 'reset'],
  ['no HTTP', coded('HPE_INVALID_CONSTANT'), 'protocol'],
  ['invalid length', coded('HPE_UNEXPECTED_CONTENT_LENGTH'), 'protocol'],
  ['headers too large', new errors.HeadersOverflowError(), 'protocol'],
  ['wrong length', new errors.ResponseContentLengthMismatchError(), 'protocol'],
  ['invalid frame', coded('WS_ERR_INVALID_OPCODE'), 'protocol'],
  ['headers too late', new errors.HeadersTimeoutError(), 'timeout'],
  ['body too late', new errors.BodyTimeoutError(), 'timeout'],
  ['given up by the system', coded('ETIMEDOUT'), 'timeout'],
  ['connect too late', new errors.ConnectTimeoutError(), 'connect'],
  ['refused', coded('ECONNREFUSED'), 'connect'],
  ['no name', coded('ENOTFOUND'), 'dns'],
  ['name server away', coded('EAI_AGAIN'), 'dns'],
  ['expired certificate', coded('CERT_HAS_EXPIRED'), 'tls'],
  ['TLS alert', coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls'],
  ['a request that is none', new errors.InvalidArgumentError('invalid request path'), 'expectation'],
  ['a header that is none', coded('ERR_INVALID_CHAR'), 'expectation'],
  ['a body that cannot be read', new BodyError(coded('ENOENT')), 'expectation'],
  ['something unheard of', coded('E_NEW'), 'protocol'],
  ['something without a code', new Error('who knows'), 'protocol'],
];

const opening: [string, OpeningError, FailureClass][] = [
  ['refused', new OpeningError('tcp', coded('ECONNREFUSED')), 'connect'],
  ['unreachable', new OpeningError('tcp', coded('EHOSTUNREACH')), 'connect'],
  ['given up by the system', new OpeningError('tcp', coded('ETIMEDOUT')), 'connect'],
  ['accepted and reset at once', new OpeningError('tcp', coded('ECONNRESET')), 'reset'],
  ['the proxy hangs up', new OpeningError('proxy', coded('ECONNRESET')), 'connect'],
  ['the proxy refuses', new OpeningError('proxy', coded('PROXY_407')), 'connect'],
  ['the look-up fails', new OpeningError('dns', coded('EMFILE')), 'dns'],
  ['no HTTP/2', new OpeningError('tls', coded('NO_HTTP2')), 'protocol'],
  [
    'no protocol in common',
    new OpeningError('tls', coded('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')),
    'protocol',
  ],
  ['no descriptors left', new OpeningError('tcp', coded('EMFILE')), 'connect'],
  ['no ports left', new OpeningError('tcp', coded('EADDRNOTAVAIL')), 'connect'],
  ['no name', new OpeningError('tcp', coded('ENOTFOUND', { syscall: 'getaddrinfo' })), 'dns'],
  ['name server away', new OpeningError('tcp', coded('EAI_AGAIN', { syscall: 'getaddrinfo' })), 'dns'],
  ['self-signed', new OpeningError('tls', coded('DEPTH_ZERO_SELF_SIGNED_CERT')), 'tls'],
  ['wrong name', new OpeningError('tls', coded('ERR_TLS_CERT_ALTNAME_INVALID')), 'tls'],
  ['reset in the TLS handshake', new OpeningError('tls', coded('ECONNRESET')), 'tls'],
  [
    'every address refused',
    new OpeningError('tcp', new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')])),
    'connect',
  ],
];

describe('the class of a failure', () => {
  it.each(open)('on an open connection: %s', (_, error, expected) => {
    expect(failureOf(error).error).toBe(expected);
  });

  it.each(opening)('while opening: %s', (_, error, expected) => {
    expect(failureOf(error).error).toBe(expected);
  });

  it('keeps the code and the words of the first address that failed', () => {
    const failure = failureOf(new OpeningError('tcp', new AggregateError([coded('ECONNREFUSED')], '')));
    expect(failure).toEqual({ error: 'connect', code: 'ECONNREFUSED', detail: 'ECONNREFUSED happened' });
  });

  it('shows when this machine is at its limits, whichever address met them', () => {
    const errors = [coded('ECONNREFUSED'), coded('EADDRNOTAVAIL')];
    expect(failureOf(new OpeningError('tcp', new AggregateError(errors))).code).toBe('EADDRNOTAVAIL');
    expect(failureOf(new BodyError(coded('EMFILE'))).code).toBe('EMFILE');
  });
});
