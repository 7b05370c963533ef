import { describe, expect, it } from 'vitest';
import { pairOrder, pairSeed } from '../../../src/run/pair-order.ts';

const befores = (order: readonly string[]): number => order.filter((role) => role === 'before').length;
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe('the order of pairs', () => {
  it('is balanced for every seed', () => {
    for (const seed of seeds) expect(befores(pairOrder([10], seed))).toBe(5);
  });

  it('is balanced up to each look, so that a drift cancels there, too', () => {
    for (const seed of seeds) {
      const order = pairOrder([8, 16], seed);
      expect(order).toHaveLength(16);
      expect(befores(order.slice(0, 8))).toBe(4);
      expect(befores(order)).toBe(8);
    }
  });

  it('makes up for an odd number up to the first look', () => {
    const firsts = new Set<number>();
    for (const seed of seeds) {
      const order = pairOrder([7, 14], seed);
      firsts.add(befores(order.slice(0, 7)));
      expect(befores(order)).toBe(7);
    }
    expect([...firsts].sort()).toEqual([3, 4]);
  });

  it('is the same for the same seed and differs between seeds', () => {
    expect(pairOrder([10], 7)).toEqual(pairOrder([10], 7));
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => pairOrder([10], seed).join()));
    expect(orders.size).toBeGreaterThan(20);
  });

  it('puts either variant first about as often at every place', () => {
    for (const place of [0, 5, 8, 15]) {
      const before = befores(
        Array.from({ length: 1000 }, (_, seed) => pairOrder([8, 16], seed)[place] ?? ''),
      );
      expect(before).toBeGreaterThan(420);
      expect(before).toBeLessThan(580);
    }
  });

  it('gives every pair a seed of its own', () => {
    expect(new Set(Array.from({ length: 100 }, (_, pair) => pairSeed(42, pair))).size).toBe(100);
  });
});
