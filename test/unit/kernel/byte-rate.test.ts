import { describe, expect, it } from 'vitest';
import { formatByteRate, parseByteRate } from '../../../src/kernel/units.ts';

describe('a rate of bytes', () => {
  it.each([
    ['500KB/s', 500_000],
    ['1MB/s', 1_000_000],
    ['1.1MB/s', 1_100_000],
    [' 2 GB/s ', 2_000_000_000],
    ['850B/s', 850],
    ['64KiB/s', 65_536],
    ['1MiB/s', 1_048_576],
  ])('%s is %d bytes per second', (text, bytesPerSecond) => {
    expect(parseByteRate(text)).toBe(bytesPerSecond);
  });

  it.each(['500', '500KB', '500KB/m', '1Mbit/s', '1mb/s', '-1KB/s', '1e3B/s', '/s', ''])(
    '%s is none',
    (text) => {
      expect(parseByteRate(text)).toBeUndefined();
    },
  );

  it.each([
    [0, '0B/s'],
    [999, '999B/s'],
    [999.7, '1KB/s'],
    [97_340, '97.3KB/s'],
    [999_600, '1MB/s'],
    [1_250_000, '1.25MB/s'],
    [2_000_000_000, '2GB/s'],
  ])('%d bytes per second reads %s', (bytesPerSecond, text) => {
    expect(formatByteRate(bytesPerSecond)).toBe(text);
  });
});
