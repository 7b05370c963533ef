// What HTTP/2's error codes are called in records: the peer gave up (reset), or one of the two broke the rules (protocol).

import { constants } from 'node:http2';
import type { Failure } from './failures.ts';
import { failureOf } from './failures.ts';

/** Codes of RFC 9113, section 7, that say a rule was broken. All others say that somebody stopped. */
const brokenRules: ReadonlySet<number> = new Set([
  constants.NGHTTP2_PROTOCOL_ERROR,
  constants.NGHTTP2_FLOW_CONTROL_ERROR,
  constants.NGHTTP2_SETTINGS_TIMEOUT,
  constants.NGHTTP2_STREAM_CLOSED,
  constants.NGHTTP2_FRAME_SIZE_ERROR,
  constants.NGHTTP2_COMPRESSION_ERROR,
  constants.NGHTTP2_INADEQUATE_SECURITY,
  constants.NGHTTP2_HTTP_1_1_REQUIRED,
]);

const names = new Map<number, string>(
  Object.entries({
    NO_ERROR: constants.NGHTTP2_NO_ERROR,
    PROTOCOL_ERROR: constants.NGHTTP2_PROTOCOL_ERROR,
    INTERNAL_ERROR: constants.NGHTTP2_INTERNAL_ERROR,
    FLOW_CONTROL_ERROR: constants.NGHTTP2_FLOW_CONTROL_ERROR,
    SETTINGS_TIMEOUT: constants.NGHTTP2_SETTINGS_TIMEOUT,
    STREAM_CLOSED: constants.NGHTTP2_STREAM_CLOSED,
    FRAME_SIZE_ERROR: constants.NGHTTP2_FRAME_SIZE_ERROR,
    REFUSED_STREAM: constants.NGHTTP2_REFUSED_STREAM,
    CANCEL: constants.NGHTTP2_CANCEL,
    COMPRESSION_ERROR: constants.NGHTTP2_COMPRESSION_ERROR,
    CONNECT_ERROR: constants.NGHTTP2_CONNECT_ERROR,
    ENHANCE_YOUR_CALM: constants.NGHTTP2_ENHANCE_YOUR_CALM,
    INADEQUATE_SECURITY: constants.NGHTTP2_INADEQUATE_SECURITY,
    HTTP_1_1_REQUIRED: constants.NGHTTP2_HTTP_1_1_REQUIRED,
  }).map(([name, code]) => [code, name] as const),
);

const nameOf = (code: number): string => names.get(code) ?? `code ${code}`;

/** A stream that the peer (or this side, for the peer's broken rules) reset. */
export function resetFailure(code: number, what: 'stream' | 'connection'): Failure {
  return {
    error: brokenRules.has(code) ? 'protocol' : 'reset',
    code: `HTTP2_${nameOf(code).replaceAll(' ', '_').toUpperCase()}`,
    detail:
      what === 'stream'
        ? `the stream was reset (${nameOf(code)})`
        : `the server gave up the connection (GOAWAY, ${nameOf(code)})`,
  };
}

/** What is known of a connection that is no more. */
export interface ConnectionEnd {
  /** The first error of its socket or session. */
  readonly error: Error | undefined;
  /** The code of the server's GOAWAY. */
  readonly goawayCode: number | undefined;
  /** False = the server never sent its settings: it may not speak HTTP/2 at all. */
  readonly spoke: boolean;
}

/** For every exchange that was on a connection when it ended. */
export function connectionFailure({ error, goawayCode, spoke }: ConnectionEnd): Failure {
  if (goawayCode !== undefined && goawayCode !== constants.NGHTTP2_NO_ERROR) {
    return resetFailure(goawayCode, 'connection');
  }
  const hint = spoke ? '' : ' (before the server sent its HTTP/2 settings)';
  if (error === undefined) {
    return { error: 'reset', code: undefined, detail: `the server closed the connection${hint}` };
  }
  const failure = failureOf(error);
  return { ...failure, detail: `${failure.detail}${hint}` };
}
