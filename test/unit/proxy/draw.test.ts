// What chance decides when the seed changes while a connection is open.

import { describe, expect, it } from 'vitest';
import { Draws } from '../../../src/proxy/draw.ts';
import { ToxicChain } from '../../../src/proxy/toxic-chain.ts';
import { fakeScheduler } from '../../support/fake-scheduler.ts';

const chainOf = (): ToxicChain => new ToxicChain(fakeScheduler(), () => undefined);
const add = (chain: ToxicChain, name: string) => chain.add({ type: 'latency', name, toxicity: 0.5 });

describe('draws', () => {
  it('keep what was drawn, and draw what is new from the new seed as if they had had it from the start', () => {
    const chain = chainOf();
    let seed = 1;
    const draws = new Draws(() => seed);
    const early = add(chain, 'early');
    const { share } = draws.decide(early);
    seed = 2;
    chain.renumber();
    const late = add(chain, 'late');
    expect(draws.decide(early).share).toBe(share);
    const { share: lateShare, random } = draws.decide(late);
    const fresh = new Draws(() => 2).decide(late);
    expect([lateShare, random(), random()]).toEqual([fresh.share, fresh.random(), fresh.random()]);
    expect(new Draws(() => 1).decide(late).share).not.toBe(lateShare);
  });

  it('of the first toxic after numbering anew are those of the first toxic ever', () => {
    const used = chainOf();
    for (const name of ['a', 'b']) add(used, name);
    used.clear();
    used.renumber();
    const share = (chain: ToxicChain): number => new Draws(() => 5).decide(add(chain, 'c')).share;
    expect(share(used)).toBe(share(chainOf()));
  });

  it('of a toxic that is there when numbers begin anew are never those of one that comes later', () => {
    const chain = chainOf();
    for (const name of ['a', 'b', 'c']) add(chain, name);
    chain.remove('a');
    chain.renumber();
    add(chain, 'd');
    expect(chain.list().map(({ name, ordinal }) => [name, ordinal])).toEqual([
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
  });
});
