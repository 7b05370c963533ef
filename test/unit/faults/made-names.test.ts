// A name on a shared server tells who made the thing and when; what others call theirs tells nothing.

import { describe, expect, it } from 'vitest';
import { madeName, makerOf, makerToken, ownerOf } from '../../../src/faults/made-names.ts';
import { guardUpstream } from '../../../src/faults/guard-upstream.ts';

const command = '0123456789abcdef';

describe('the name of what Mettle makes', () => {
  it('tells the command, the owner and the second', () => {
    const name = madeName(makerToken(command, 'aabbccdd', 1_700_000_000_500), 'post_gres');
    expect(name).toBe('mettle_0123456789abcdefaabbccdd6553f100_post_gres');
    expect(makerOf(name)).toEqual({ command, owner: 'aabbccdd', madeAtSeconds: 1_700_000_000 });
  });

  it('of an earlier version tells the command alone', () => {
    expect(makerOf(`mettle_${command}_db`)).toEqual({ command, owner: null, madeAtSeconds: null });
  });

  it.each([
    'db',
    'mettle_db',
    'mettle_cafe_db',
    `mettle_${command}`,
    `x_mettle_${command}_db`,
    `mettle_${command}0_db`,
  ])('%s is none', (name) => {
    expect(makerOf(name)).toBeNull();
  });

  it('tells machines apart that share a state folder', () => {
    expect(ownerOf('one', 'here')).not.toBe(ownerOf('one', 'there'));
    expect(ownerOf('one', 'here')).not.toBe(ownerOf('two', 'here'));
    expect(ownerOf('one', 'here')).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('what a proxy leads to', () => {
  const lead =
    (host: string, allow: readonly string[] = [], allowProduction = false) =>
    (): void =>
      guardUpstream('p', { host, port: 1 }, allow, allowProduction);

  it.each(['127.0.0.1', 'localhost', '', '::1', '0.0.0.0'])('may be this machine: %j', (host) => {
    expect(lead(host)).not.toThrow();
  });

  it.each(['db', 'db.example', '10.0.0.7', '169.254.169.254'])(
    'is refused unless it is allowed: %s',
    (host) => {
      expect(lead(host)).toThrow(expect.objectContaining({ code: 'HOST_NOT_ALLOWED', exitCode: 2 }) as Error);
      expect(lead(host, [host])).toThrow(
        expect.objectContaining({ code: 'PRODUCTION', exitCode: 2 }) as Error,
      );
      expect(lead(host, [host], true)).not.toThrow();
    },
  );
});
