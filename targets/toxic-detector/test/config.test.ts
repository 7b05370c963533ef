// The switches of the mechanisms, one by one.
import { describe, expect, it } from 'vitest';
import { readConfig, readMechanisms } from '../src/config.ts';

describe('the configuration', () => {
  it('has every mechanism on unless told otherwise', () => {
    expect(readMechanisms({})).toEqual({
      cache: true,
      indexes: true,
      pool: true,
      modelWorkers: 3,
      coldStart: 'async',
    });
  });

  it.each([
    ['CACHE', 'off', { cache: false }],
    ['INDEXES', 'off', { indexes: false }],
    ['DB_POOL', 'off', { pool: false }],
    ['MODEL_WORKERS', '0', { modelWorkers: 0 }],
    ['COLD_START', 'blocking', { coldStart: 'blocking' }],
  ])('%s=%s switches that mechanism alone', (name, value, changed) => {
    expect(readMechanisms({ [name]: value })).toEqual({ ...readMechanisms({}), ...changed });
  });

  it.each([
    ['CACHE', 'yes'],
    ['MODEL_WORKERS', '-1'],
    ['PORT', 'http'],
    ['PORT', '70000'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(() => readConfig({ DATABASE_URL: 'postgres://x', [name]: value })).toThrow(name);
  });

  it('needs a database', () => {
    expect(() => readConfig({})).toThrow('DATABASE_URL');
  });
});
