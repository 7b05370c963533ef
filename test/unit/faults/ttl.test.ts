// Times to live: counted by who looks, ended by who is not the one that hangs, and told to the one that was away.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/faults/journal-file.ts';
import type { Outstanding } from '../../../src/faults/journal-file.ts';
import { joinJournalFile } from '../../../src/faults/journal-writer.ts';
import type { JournalWriter } from '../../../src/faults/journal-writer.ts';
import { openJournal } from '../../../src/faults/journal.ts';
import type { Journal } from '../../../src/faults/journal.ts';
import { TtlKeeper } from '../../../src/faults/ttl-keeper.ts';
import { Expiry, ttlMsOf } from '../../../src/faults/ttl.ts';
import { textOf } from '../../../src/faults/undo/undo-kind.ts';
import type { UndoKind } from '../../../src/faults/undo/undo-kind.ts';

const second = 1_000_000;
const entryOf = (change: Partial<Outstanding> = {}): Outstanding => ({
  ...{ id: '1', kind: 'thing', describe: 'thing', data: {}, snapshot: {}, note: null, ttlMs: 6_000 },
  ...change,
});
const idsDue = (expiry: Expiry, entries: readonly Outstanding[], nowMicros: number): string[] =>
  expiry.due(entries, nowMicros).map(({ id }) => id);

describe('a time to live', () => {
  it('is the planned time and five seconds, and a day for what has no end', () => {
    expect(ttlMsOf(1_500_000)).toBe(6_500);
    expect(ttlMsOf(1)).toBe(5_001);
    expect(ttlMsOf(Infinity)).toBe(86_405_000);
  });

  it('is over that long after it was seen in effect', () => {
    const expiry = new Expiry();
    expect(idsDue(expiry, [entryOf()], 100 * second)).toEqual([]);
    expect(idsDue(expiry, [entryOf()], 105.9 * second)).toEqual([]);
    expect(idsDue(expiry, [entryOf()], 106 * second)).toEqual(['1']);
  });

  it('has a minute more until it is known to be in effect, and counts anew from then', () => {
    const expiry = new Expiry();
    const begun = entryOf({ snapshot: null });
    expect(idsDue(expiry, [begun], 0)).toEqual([]);
    expect(idsDue(expiry, [begun], 65 * second)).toEqual([]);
    expect(idsDue(expiry, [begun], 66 * second)).toEqual(['1']);
    expect(idsDue(expiry, [entryOf()], 67 * second)).toEqual([]);
    expect(idsDue(expiry, [entryOf()], 73 * second)).toEqual(['1']);
  });

  it('leaves what is only begun the time that acting may rightly take, besides, and not what is in effect', () => {
    const expiry = new Expiry();
    const data = { actsWithinMs: 120_000 };
    const begun = entryOf({ snapshot: null, data });
    expect(idsDue(expiry, [begun], 0)).toEqual([]);
    expect(idsDue(expiry, [begun], 185.9 * second)).toEqual([]);
    expect(idsDue(expiry, [begun], 186 * second)).toEqual(['1']);
    expect(idsDue(expiry, [entryOf({ data })], 187 * second)).toEqual([]);
    expect(idsDue(expiry, [entryOf({ data })], 193 * second)).toEqual(['1']);
  });

  it('waits two minutes for an owner who puts things back', () => {
    const expiry = new Expiry();
    idsDue(expiry, [entryOf()], 0);
    const clearing = entryOf({ clearing: true });
    expect(idsDue(expiry, [clearing], 5 * second)).toEqual([]);
    expect(idsDue(expiry, [clearing], 124 * second)).toEqual([]);
    expect(idsDue(expiry, [clearing], 125 * second)).toEqual(['1']);
  });

  it('never ends what has none', () => {
    const expiry = new Expiry();
    const { ttlMs: _none, ...endless } = entryOf();
    idsDue(expiry, [endless], 0);
    expect(idsDue(expiry, [endless], 1e6 * second)).toEqual([]);
  });

  it('is tried again after growing pauses when it could not be ended', () => {
    const expiry = new Expiry();
    idsDue(expiry, [entryOf()], 0);
    const tried: number[] = [];
    for (let now = 0; now < 40; now += 0.25) {
      if (idsDue(expiry, [entryOf()], now * second).length === 0) continue;
      tried.push(now);
      expiry.failed('1', now * second);
    }
    expect(tried).toEqual([6, 7, 9, 13, 21, 31]);
  });
});

describe('the keeper of a journal', () => {
  let folder: string;
  let journal: Journal;
  let writer: JournalWriter;
  let nowMicros: number;
  let there: Set<string>;
  let stubborn: boolean;
  let undone: string[];
  let keeper: TtlKeeper;

  const nameOf = (data: Parameters<UndoKind['undo']>[0]): string => textOf(data, 'name');
  const thing: UndoKind = {
    kind: 'thing',
    where: 'local',
    undo: (data) => {
      undone.push(nameOf(data));
      if (stubborn) return Promise.reject(new Error('it resists'));
      there.delete(nameOf(data));
      return Promise.resolve();
    },
    verify: (data) => Promise.resolve(there.has(nameOf(data)) ? 'still there' : 'gone'),
  };
  const begin = async (name: string, ttlMs?: number) => {
    const ttl = ttlMs === undefined ? {} : { ttlMs };
    const tracked = await journal.track({ kind: 'thing', describe: name, data: { name }, ...ttl });
    there.add(name);
    await tracked.applied({});
    return tracked;
  };
  const passAt = async (seconds: number): Promise<void> => {
    nowMicros = seconds * second;
    await keeper.pass();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mettle-ttl-'));
    [nowMicros, there, stubborn, undone] = [0, new Set(), false, []];
    journal = await openJournal({ command: 'mettle run x.yml', stateFolder: folder, kinds: [thing] });
    writer = await joinJournalFile(journal.path);
    const policy = { rounds: 3, pauseMs: 0, graceMs: 0, callTimeoutMs: 10 };
    keeper = new TtlKeeper({
      ...{ path: journal.path, writer, kinds: [thing], policy },
      clock: { nowMicros: () => nowMicros },
    });
  });

  afterEach(async () => {
    await writer.close();
    await journal.close().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  it('ends what has outlived its time, newest first, and nothing else, once', async () => {
    const first = await begin('a', 6_000);
    const second = await begin('b', 6_000);
    const longer = await begin('c', 60_000);
    const endless = await begin('d');
    await passAt(0);
    await passAt(5.9);
    expect(undone).toEqual([]);
    await passAt(6);
    await passAt(7);
    expect(undone).toEqual(['b', 'a']);
    expect([...there]).toEqual(['c', 'd']);
    const tracked = [first, second, longer, endless];
    const expired: unknown[] = [];
    for (const entry of tracked) expired.push(await entry.expired?.());
    expect(expired).toEqual([true, true, false, false]);
    const content = await readJournal(journal.path);
    expect(content?.outstanding.map(({ describe }) => describe)).toEqual(['c', 'd']);
    expect(content?.damagedLines).toBe(0);
  });

  it('lets an owner who comes back undo it once more, and forget it', async () => {
    const tracked = await begin('a', 6_000);
    await passAt(0);
    await passAt(6);
    expect(await tracked.expired?.()).toBe(true);
    await tracked.released();
    expect(await journal.undoAll()).toEqual({ undone: [], failed: [] });
    expect((await readJournal(journal.path))?.damagedLines).toBe(0);
  });

  it('leaves alone what its owner has undone in time', async () => {
    const tracked = await begin('a', 6_000);
    await passAt(0);
    there.delete('a');
    await tracked.released();
    await passAt(60);
    expect(undone).toEqual([]);
  });

  it('says once why it could not, tries again, and says when it could', async () => {
    stubborn = true;
    await begin('a', 6_000);
    await passAt(0);
    for (const at of [6, 7, 9]) await passAt(at);
    expect(undone).toEqual(['a', 'a', 'a']);
    expect((await readJournal(journal.path))?.outstanding).toMatchObject([
      { note: 'it resists; still there' },
    ]);
    const lines = (await readFile(journal.path, 'utf8')).split('\n');
    expect(lines.filter((line) => line.includes('"failed"'))).toHaveLength(1);
    stubborn = false;
    await passAt(13);
    expect((await readJournal(journal.path))?.outstanding).toEqual([]);
  });

  it('does not mind a journal that is gone', async () => {
    await begin('a', 6_000);
    await passAt(0);
    await rm(journal.path);
    await passAt(60);
    expect(undone).toEqual([]);
  });

  it('shares the journal with its owner: no line of either is lost or torn', async () => {
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        await begin(`x${index}`, 6_000);
        await writer.append({ event: 'failed', id: '999', note: 'x'.repeat(300) });
      }),
    );
    const content = await readJournal(journal.path);
    expect(content?.outstanding).toHaveLength(60);
    expect(content?.damagedLines).toBe(0);
  });
});
