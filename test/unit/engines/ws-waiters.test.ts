// Who gets a message: by value, in the order of waiting, without asking everybody.

import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/engines/json-checks.ts';
import { compileJsonPath } from '../../../src/engines/json-path.ts';
import { Incoming } from '../../../src/engines/ws-incoming.ts';
import type { BoundMatch, MatchKey } from '../../../src/engines/ws-match.ts';
import { Waiters } from '../../../src/engines/ws-waiters.ts';

const message = (value: unknown): Incoming =>
  new Incoming(Buffer.from(JSON.stringify(value)), false, 0, (raw) => parseJson(raw.toString()));

/** Counts how often it was asked. */
function keyed(path: string, value: MatchKey['value'], asked = { times: 0 }): BoundMatch {
  const select = compileJsonPath(path);
  return {
    key: { path, select, value },
    matches: ({ json }) => {
      asked.times += 1;
      return select(json).includes(value);
    },
  };
}

const unkeyed = (test: (json: unknown) => boolean): BoundMatch => ({
  key: null,
  matches: ({ json }) => test(json),
});

function world() {
  const waiters = new Waiters();
  const got: string[] = [];
  const add = (name: string, match: BoundMatch, messages = 1) => {
    let left = messages;
    return waiters.add({
      match,
      onMessage: () => {
        got.push(name);
        left -= 1;
        return left === 0;
      },
    });
  };
  return { waiters, got, add };
}

describe('waiters', () => {
  it('with a key are found by it: of a thousand, one is asked', () => {
    const { waiters, got, add } = world();
    const asked = { times: 0 };
    for (let id = 0; id < 1000; id += 1) add(`${id}`, keyed('$.id', id, asked));
    expect(waiters.give(message({ id: 617 }))).toBe(true);
    expect(got).toEqual(['617']);
    expect(asked.times).toBe(1);
    expect(waiters.give(message({ id: 617 }))).toBe(false);
    expect(waiters.give(message({ id: 1000 }))).toBe(false);
    expect(waiters.give(message({}))).toBe(false);
    expect(asked.times).toBe(1);
    expect(waiters.size).toBe(999);
  });

  it('without a key stand in one queue per match: a message that is not wanted asks once', () => {
    const { waiters, got, add } = world();
    let asked = 0;
    const match = unkeyed((json) => {
      asked += 1;
      return (json as { ok?: boolean }).ok === true;
    });
    for (let n = 0; n < 1000; n += 1) add(`${n}`, match);
    expect(waiters.give(message({ ok: false }))).toBe(false);
    expect(asked).toBe(1);
    for (let n = 0; n < 3; n += 1) waiters.give(message({ ok: true }));
    expect(got).toEqual(['0', '1', '2']);
    expect(asked).toBe(4);
  });

  it('of different kinds that want the same message are served by age', () => {
    const { waiters, got, add } = world();
    add(
      'any',
      unkeyed(() => true),
    );
    add('by id', keyed('$.id', 7));
    add('by name', keyed('$.name', 'a'));
    const both = message({ id: 7, name: 'a' });
    for (let n = 0; n < 4; n += 1) waiters.give(both);
    expect(got).toEqual(['any', 'by id', 'by name']);
    expect(waiters.size).toBe(0);
  });

  it('tell 7 from "7", and null from nothing', () => {
    const { waiters, got, add } = world();
    add('text', keyed('$.id', '7'));
    add('number', keyed('$.id', 7));
    add('null', keyed('$.id', null));
    waiters.give(message({ id: 7 }));
    waiters.give(message({}));
    waiters.give(message({ id: null }));
    expect(got).toEqual(['number', 'null']);
  });

  it('with the same key but other checks are asked in turn', () => {
    const { waiters, got, add } = world();
    const select = compileJsonPath('$.id');
    const withType = (type: string): BoundMatch => ({
      key: { path: '$.id', select, value: 1 },
      matches: ({ json }) => (json as { type?: string }).type === type,
    });
    add('a', withType('a'));
    add('b', withType('b'));
    expect(waiters.give(message({ id: 1, type: 'b' }))).toBe(true);
    expect(waiters.give(message({ id: 1, type: 'c' }))).toBe(false);
    expect(got).toEqual(['b']);
  });

  it('a path with several values finds whoever waits for one of them', () => {
    const { waiters, got, add } = world();
    add('x', keyed('$.ids[*]', 3));
    expect(waiters.give(message({ ids: [1, 2] }))).toBe(false);
    expect(waiters.give(message({ ids: [1, 3] }))).toBe(true);
    expect(got).toEqual(['x']);
  });

  it('may want several messages, and may stop waiting, also twice', () => {
    const { waiters, got, add } = world();
    const stop = add('two', keyed('$.id', 1), 2);
    const other = add('other', keyed('$.id', 1));
    waiters.give(message({ id: 1 }));
    expect(waiters.size).toBe(2);
    stop();
    stop();
    expect(waiters.size).toBe(1);
    waiters.give(message({ id: 1 }));
    other();
    expect(waiters.give(message({ id: 1 }))).toBe(false);
    expect(got).toEqual(['two', 'other']);
    expect(waiters.size).toBe(0);
  });
});
