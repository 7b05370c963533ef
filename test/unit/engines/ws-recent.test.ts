// Reading messages that many sockets receive: parsed once, never mixed up, never held on to for long.

import { describe, expect, it } from 'vitest';
import { createMessageReader } from '../../../src/engines/ws-recent.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('reading copies of a message', () => {
  it('parses the same bytes once, whichever socket they come from', () => {
    const read = createMessageReader();
    const first = read(bytes({ id: 1, text: 'hello' }));
    expect(first).toEqual({ id: 1, text: 'hello' });
    expect(read(bytes({ id: 1, text: 'hello' }))).toBe(first);
  });

  it('tells messages of the same length apart', () => {
    const read = createMessageReader();
    expect(read(bytes({ id: 1 }))).toEqual({ id: 1 });
    expect(read(bytes({ id: 2 }))).toEqual({ id: 2 });
    expect(read(bytes({ id: 1 }))).toEqual({ id: 1 });
  });

  it('keeps several messages in mind that arrive in turn', () => {
    const read = createMessageReader();
    const firsts = [1, 2, 3, 4, 5].map((id) => read(bytes({ id })));
    expect([1, 2, 3, 4, 5].map((id) => read(bytes({ id })))).toSatisfy((again: unknown[]) =>
      again.every((value, index) => value === firsts[index]),
    );
  });

  it('is not misled when the bytes it was given are written over', () => {
    const read = createMessageReader();
    const shared = bytes({ id: 1 });
    read(shared);
    shared.set(bytes({ id: 2 }));
    expect(read(bytes({ id: 1 }))).toEqual({ id: 1 });
    expect(read(shared)).toEqual({ id: 2 });
  });

  it('gives undefined for what is no JSON, and still reads after a hundred other messages', () => {
    const read = createMessageReader();
    expect(read(Buffer.from('hello'))).toBeUndefined();
    for (let id = 0; id < 100; id += 1) expect(read(bytes({ id }))).toEqual({ id });
    expect(read(bytes(null))).toBeNull();
  });
});
