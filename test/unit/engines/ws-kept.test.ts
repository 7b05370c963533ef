// Messages kept for the next await: found in order, bounded, each given up exactly once.

import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/engines/json-checks.ts';
import { Incoming } from '../../../src/engines/ws-incoming.ts';
import { KeptMessages } from '../../../src/engines/ws-kept.ts';
import type { BoundMatch } from '../../../src/engines/ws-match.ts';

const message = (n: number, size = 0): Incoming =>
  new Incoming(Buffer.from(JSON.stringify({ n, pad: 'x'.repeat(size) })), false, n, (raw) =>
    parseJson(raw.toString()),
  );
const when = (test: (n: number) => boolean): BoundMatch => ({
  key: null,
  matches: ({ json }) => test((json as { n: number }).n),
});

function world() {
  const givenUp: number[] = [];
  return { givenUp, kept: new KeptMessages((atMicros) => givenUp.push(atMicros)) };
}

describe('kept messages', () => {
  it('are taken in order; those passed over are given up, those behind stay', () => {
    const { kept, givenUp } = world();
    for (let n = 1; n <= 6; n += 1) kept.add(message(n), true);
    expect(
      kept
        .take(
          when((n) => n % 2 === 0),
          2,
        )
        .map(({ atMicros }) => atMicros),
    ).toEqual([2, 4]);
    expect(givenUp).toEqual([1, 3]);
    expect(
      kept.take(
        when((n) => n === 3),
        1,
      ),
    ).toEqual([]);
    expect(
      kept
        .take(
          when((n) => n >= 5),
          9,
        )
        .map(({ atMicros }) => atMicros),
    ).toEqual([5, 6]);
    kept.clear();
    expect(givenUp).toEqual([1, 3]);
  });

  it('that others had use for are not counted', () => {
    const { kept, givenUp } = world();
    kept.add(message(1), false);
    kept.add(message(2), true);
    kept.clear();
    expect(givenUp).toEqual([2]);
  });

  it('are bounded in number and in bytes, the oldest going first', () => {
    const { kept, givenUp } = world();
    for (let n = 0; n < 300; n += 1) kept.add(message(n), true);
    expect(kept.overflowed).toBe(44);
    expect(givenUp).toEqual(Array.from({ length: 44 }, (_, n) => n));
    kept.add(message(1_000, 262_000), true);
    expect(givenUp.length).toBeGreaterThan(280);
    expect(
      kept
        .take(
          when(() => true),
          999,
        )
        .at(-1)?.atMicros,
    ).toBe(1_000);
  });

  it('do not hold on to the buffer they came in', () => {
    const { kept } = world();
    const block = Buffer.alloc(65_536, '1');
    kept.add(new Incoming(block.subarray(0, 5), false, 0, (raw) => parseJson(raw.toString())), true);
    block.fill('2');
    const [taken] = kept.take({ key: null, matches: () => true }, 1);
    expect(taken?.json).toBe(11_111);
  });
});
