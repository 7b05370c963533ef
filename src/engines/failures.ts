// What a failed exchange is called: codes of Node, undici and ws → the error classes of records and promises.

import { errnoOf, messageOf } from '../kernel/errors.ts';
import type { Sample } from '../measure/outcome.ts';

export type FailureClass = Exclude<Sample['error'], null>;

export interface Failure {
  readonly error: FailureClass;
  /** Node's, undici's or ws's code, when there is one. */
  readonly code: string | undefined;
  /** One line for people, not yet redacted. */
  readonly detail: string;
}

/** How far the opening of a connection had come when it failed. */
export type OpeningStage = 'dns' | 'tcp' | 'proxy' | 'tls';

/** A connection that could not be opened. */
export class OpeningError extends Error {
  readonly stage: OpeningStage;

  constructor(stage: OpeningStage, cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = 'OpeningError';
    this.stage = stage;
  }
}

/** A body that could not be read while it was sent: the fault is on this side. */
export class BodyError extends Error {
  constructor(cause: unknown) {
    super(`the body could not be read: ${messageOf(cause)}`, { cause });
    this.name = 'BodyError';
  }
}

/** Codes of a system that has no more descriptors or ports to give: they must not hide behind another address's error. */
const ownLimit = /^(?:EMFILE|ENFILE|EADDRNOTAVAIL)$/;

/** With several addresses (`localhost`), Node reports one error per address: the first one speaks for all. */
function firstCause(thrown: unknown): unknown {
  if (!(thrown instanceof AggregateError)) return thrown;
  const all = thrown.errors as readonly unknown[];
  return all.find((error) => ownLimit.test(errnoOf(error) ?? '')) ?? all[0] ?? thrown;
}

const isLookup = (thrown: unknown): boolean =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'syscall' in thrown &&
  String(thrown.syscall).startsWith('getaddrinfo');

/** The server and this side agreed on no protocol to speak: it has no HTTP/2. */
const noSharedProtocol = /_ALERT_NO_APPLICATION_PROTOCOL$|^NO_HTTP2$/;

const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED|EPROTO$)/;

/** Codes of a connection that was open (or about which nothing else is known), by class. */
const openCodes: readonly (readonly [FailureClass, RegExp])[] = [
  ['dns', /^(?:ENOTFOUND|EAI_\w+)$/],
  [
    'connect',
    /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE|UND_ERR_CONNECT_TIMEOUT)$/,
  ],
  ['timeout', /^(?:ETIMEDOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/],
  // The connection ended before the answer did, whether by RST or by FIN, whatever framing the answer had.
  ['reset', /^(?:ECONNRESET|ECONNABORTED|EPIPE|HPE_INVALID_EOF_STATE)$/],
  ['protocol', /^(?:HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_|WS_ERR_)/],
  // What could not be sent as it was written.
  [
    'expectation',
    /^(?:UND_ERR_INVALID_ARG|UND_ERR_NOT_SUPPORTED|UND_ERR_REQ_CONTENT_LENGTH_MISMATCH|ERR_INVALID_\w+|ERR_HTTP2_(?:INVALID_(?:CONNECTION_HEADERS|HEADER_VALUE|PSEUDOHEADER)|PSEUDOHEADER_NOT_ALLOWED|HEADER_SINGLE_VALUE))$/,
  ],
];

function openClass(code: string | undefined, detail: string): FailureClass {
  // undici has one code for a peer that closed and for bytes that are no answer.
  if (code === 'UND_ERR_SOCKET') return /bad (?:response|upgrade)/.test(detail) ? 'protocol' : 'reset';
  if (code === undefined) return 'protocol';
  if (noSharedProtocol.test(code)) return 'protocol';
  if (tlsCode.test(code)) return 'tls';
  return openCodes.find(([, pattern]) => pattern.test(code))?.[0] ?? 'protocol';
}

/** Not an answer of the network: Mettle itself does not connect there. */
const notAllowedCode = 'HOST_NOT_ALLOWED';

function openingClass(stage: OpeningStage, code: string | undefined, cause: unknown): FailureClass {
  if (code === notAllowedCode) return 'connect';
  if (stage === 'dns' || isLookup(cause)) return 'dns';
  if (code !== undefined && noSharedProtocol.test(code)) return 'protocol';
  // Accepted and reset at once: whether that is seen before or after the connection is open is a matter of luck.
  if (stage === 'tcp' && code === 'ECONNRESET') return 'reset';
  return stage === 'tls' || (code !== undefined && tlsCode.test(code)) ? 'tls' : 'connect';
}

/** Never throws; what is unknown on an open connection is `protocol`. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof BodyError) {
    return { error: 'expectation', code: errnoOf(thrown.cause), detail: thrown.message };
  }
  const opening = thrown instanceof OpeningError;
  const cause = firstCause(opening ? thrown.cause : thrown);
  const code = errnoOf(cause);
  const detail = messageOf(cause);
  return { error: opening ? openingClass(thrown.stage, code, cause) : openClass(code, detail), code, detail };
}
