// What the ends of streams and connections are called, by table.

import { constants } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { connectionFailure, resetFailure } from '../../../src/engines/http2-failures.ts';

describe('the class of an HTTP/2 failure', () => {
  it.each([
    [constants.NGHTTP2_NO_ERROR, 'reset', 'HTTP2_NO_ERROR'],
    [constants.NGHTTP2_PROTOCOL_ERROR, 'protocol', 'HTTP2_PROTOCOL_ERROR'],
    [constants.NGHTTP2_INTERNAL_ERROR, 'reset', 'HTTP2_INTERNAL_ERROR'],
    [constants.NGHTTP2_FLOW_CONTROL_ERROR, 'protocol', 'HTTP2_FLOW_CONTROL_ERROR'],
    [constants.NGHTTP2_FRAME_SIZE_ERROR, 'protocol', 'HTTP2_FRAME_SIZE_ERROR'],
    [constants.NGHTTP2_REFUSED_STREAM, 'reset', 'HTTP2_REFUSED_STREAM'],
    [constants.NGHTTP2_CANCEL, 'reset', 'HTTP2_CANCEL'],
    [constants.NGHTTP2_ENHANCE_YOUR_CALM, 'reset', 'HTTP2_ENHANCE_YOUR_CALM'],
    [constants.NGHTTP2_HTTP_1_1_REQUIRED, 'protocol', 'HTTP2_HTTP_1_1_REQUIRED'],
    [99, 'reset', 'HTTP2_CODE_99'],
  ])('a stream reset with %i: %s', (code, error, name) => {
    expect(resetFailure(code, 'stream')).toMatchObject({ error, code: name });
  });

  const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

  it('a connection that was lost tells its cause, and whether HTTP/2 was ever spoken', () => {
    const spoken = connectionFailure({ error: lost, goawayCode: undefined, spoke: true });
    expect(spoken).toEqual({ error: 'reset', code: 'ECONNRESET', detail: 'read ECONNRESET' });
    expect(connectionFailure({ error: lost, goawayCode: undefined, spoke: false }).detail).toContain(
      'before the server sent its HTTP/2 settings',
    );
    expect(connectionFailure({ error: undefined, goawayCode: undefined, spoke: true })).toEqual({
      error: 'reset',
      code: undefined,
      detail: 'the server closed the connection',
    });
  });

  it('a GOAWAY with an error goes before what followed from it, one without says nothing', () => {
    const calm = { error: lost, goawayCode: constants.NGHTTP2_ENHANCE_YOUR_CALM, spoke: true };
    expect(connectionFailure(calm)).toMatchObject({ error: 'reset', code: 'HTTP2_ENHANCE_YOUR_CALM' });
    const polite = { error: lost, goawayCode: constants.NGHTTP2_NO_ERROR, spoke: true };
    expect(connectionFailure(polite)).toMatchObject({ error: 'reset', code: 'ECONNRESET' });
  });
});
