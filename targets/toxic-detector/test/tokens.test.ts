// Passwords, access tokens, and refresh tokens that rotate.
import { beforeEach, describe, expect, it } from 'vitest';
import { accessTokens } from '../src/auth/access-tokens.ts';
import { blacklist } from '../src/auth/blacklist.ts';
import { hashPassword, verifyPassword } from '../src/auth/passwords.ts';
import {
  revoke,
  rotate,
  startFamily,
  type RefreshRow,
  type RefreshRows,
} from '../src/auth/refresh-tokens.ts';
import type { Database } from '../src/database/database.ts';
import { memoryStore } from '../src/store/memory-store.ts';

/** The table of refresh tokens, as a list. */
function fakeRows(nowMs: () => number) {
  const all: (RefreshRow & { used: boolean; revoked: boolean })[] = [];
  const find = (tokenHash: string) => all.find((row) => row.tokenHash === tokenHash);
  const rows: RefreshRows = {
    insert: (row) => Promise.resolve(void all.push({ ...row, used: false, revoked: false })),
    use(tokenHash) {
      const row = find(tokenHash);
      if (!row || row.used || row.revoked || row.expiresAtMs <= nowMs()) return Promise.resolve(null);
      row.used = true;
      return Promise.resolve(row);
    },
    familyOf: (tokenHash) => Promise.resolve(find(tokenHash)?.family ?? null),
    revokeFamily(family) {
      for (const row of all) if (row.family === family) row.revoked = true;
      return Promise.resolve();
    },
  };
  return { rows, all };
}

describe('passwords', () => {
  it('match only themselves, and nothing matches an account without one', async () => {
    const stored = await hashPassword('correct horse');
    expect(stored).not.toContain('correct');
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct house', stored)).toBe(false);
    expect(await verifyPassword('', null)).toBe(false);
    expect(await verifyPassword('anything', 'scrypt$')).toBe(false);
  });
});

describe('access tokens', () => {
  it('tell who they were issued to', async () => {
    const tokens = accessTokens('a secret for this test');
    expect(await tokens.verify(await tokens.issue(7, 'moderator'))).toMatchObject({
      userId: 7,
      role: 'moderator',
    });
  });

  it('of another key, changed or made up are refused', async () => {
    const tokens = accessTokens('a secret for this test');
    const foreign = await accessTokens(null).issue(7, 'admin');
    const [header, , signature] = (await tokens.issue(7, 'member')).split('.');
    const changed = `${header ?? ''}.${btoa('{"sub":"1","role":"admin"}')}.${signature ?? ''}`;
    for (const token of [foreign, changed, 'nonsense', '']) expect(await tokens.verify(token)).toBeNull();
  });
});

describe('refresh tokens', () => {
  let nowMs = 0;
  let table = fakeRows(() => nowMs);
  beforeEach(() => {
    nowMs = 1_000;
    table = fakeRows(() => nowMs);
  });

  it('are kept as hashes', async () => {
    const token = await startFamily(table.rows, 7, nowMs);
    expect(JSON.stringify(table.all)).not.toContain(token);
  });

  it('rotate: each is good for one successor', async () => {
    const first = await startFamily(table.rows, 7, nowMs);
    const second = await rotate(table.rows, first, nowMs);
    expect(second.userId).toBe(7);
    expect(second.refreshToken).not.toBe(first);
    expect((await rotate(table.rows, second.refreshToken, nowMs)).userId).toBe(7);
  });

  it('that turn up twice end their whole family, and only that', async () => {
    const stolen = await startFamily(table.rows, 7, nowMs);
    const other = await startFamily(table.rows, 7, nowMs);
    const { refreshToken } = await rotate(table.rows, stolen, nowMs);
    await expect(rotate(table.rows, stolen, nowMs)).rejects.toMatchObject({ status: 401 });
    await expect(rotate(table.rows, refreshToken, nowMs)).rejects.toMatchObject({ status: 401 });
    expect((await rotate(table.rows, other, nowMs)).userId).toBe(7);
  });

  it('are no good after a logout, and logging out twice is fine', async () => {
    const token = await startFamily(table.rows, 7, nowMs);
    await revoke(table.rows, token);
    await revoke(table.rows, token);
    await revoke(table.rows, 'unknown');
    await expect(rotate(table.rows, token, nowMs)).rejects.toMatchObject({ status: 401 });
  });

  it('expire', async () => {
    const token = await startFamily(table.rows, 7, nowMs);
    nowMs += 31 * 24 * 60 * 60 * 1_000;
    await expect(rotate(table.rows, token, nowMs)).rejects.toMatchObject({ status: 401 });
  });
});

describe('the blacklist', () => {
  const emptyDatabase: Database = {
    use: (work) => work(() => Promise.resolve([])),
    close: () => Promise.resolve(),
  };

  it('knows a revoked token, here and in other replicas that share the store', async () => {
    const shared = memoryStore();
    const here = blacklist(emptyDatabase, shared);
    await here.add('token-1', Date.now() + 60_000);
    expect(await here.has('token-1')).toBe(true);
    expect(await blacklist(emptyDatabase, shared).has('token-1')).toBe(true);
    expect(await here.has('token-2')).toBe(false);
  });

  it('still knows it here when the shared store has forgotten', async () => {
    const shared = memoryStore();
    const here = blacklist(emptyDatabase, shared);
    await here.add('token-1', Date.now() + 60_000);
    await shared.close();
    expect(await here.has('token-1')).toBe(true);
  });

  it('reads what was revoked before a restart', async () => {
    const database: Database = {
      use: (work) =>
        work((() => Promise.resolve([{ tokenId: 'token-1', expiresAtMs: Date.now() + 60_000 }])) as never),
      close: () => Promise.resolve(),
    };
    const restarted = blacklist(database, memoryStore());
    await restarted.load();
    expect(await restarted.has('token-1')).toBe(true);
  });
});
