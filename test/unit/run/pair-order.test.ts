import { describe, expect, it } from 'vitest';
import { pairOrder, pairSeed } from '../../../src/run/pair-order.ts';

describe('the order of pairs', () => {
  it('is balanced for every seed', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      expect(pairOrder(10, seed).filter((role) => role === 'before')).toHaveLength(5);
    }
  });

  it('is the same for the same seed and differs between seeds', () => {
    expect(pairOrder(10, 7)).toEqual(pairOrder(10, 7));
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => pairOrder(10, seed).join()));
    expect(orders.size).toBeGreaterThan(20);
  });

  it('puts either variant first about as often at every place', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => pairOrder(6, seed)[0]);
    const before = firsts.filter((role) => role === 'before').length;
    expect(before).toBeGreaterThan(420);
    expect(before).toBeLessThan(580);
  });

  it('gives every pair a seed of its own', () => {
    expect(new Set(Array.from({ length: 100 }, (_, pair) => pairSeed(42, pair))).size).toBe(100);
  });
});
