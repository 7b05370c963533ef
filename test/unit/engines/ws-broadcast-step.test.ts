// `broadcast:` as written: defaults, short forms, and what is refused.

import { describe, expect, it } from 'vitest';
import { broadcastInput } from '../../../src/engines/ws-broadcast-step.ts';

const written = { match: { '$.type': 'said' }, id: '$.id' };

describe('broadcast', () => {
  it('has defaults: five seconds, the sender included, and subscribers to be found', () => {
    expect(broadcastInput.parse(written)).toEqual({
      match: [{ path: '$.type', expect: 'equals', value: 'said' }],
      sentId: '$.id',
      receivedId: '$.id',
      joined: [],
      timeoutMicros: 5_000_000,
      self: true,
    });
  });

  it('may look for the identity in two places, and name one step or several', () => {
    const id = { sent: '$.id', received: '$.message.id' };
    expect(broadcastInput.parse({ ...written, id, joined: 'subscribe', self: false })).toMatchObject({
      sentId: '$.id',
      receivedId: '$.message.id',
      joined: ['subscribe'],
      self: false,
    });
    expect(broadcastInput.parse({ ...written, joined: ['a', 'b'] }).joined).toEqual(['a', 'b']);
  });

  it.each([
    ['no identity', { match: written.match }],
    ['no match', { id: '$.id' }],
    ['an empty match', { ...written, match: {} }],
    ['an identity that is no JSONPath', { ...written, id: 'id' }],
    ['half of an identity', { ...written, id: { sent: '$.id' } }],
    ['nobody', { ...written, joined: [] }],
    ['a timeout without a unit', { ...written, timeout: 5 }],
    ['another key', { ...written, wait: 'all' }],
  ])('is refused with %s', (_, wrong) => {
    expect(broadcastInput.safeParse(wrong).success).toBe(false);
  });
});
