import { mkdtemp, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readJournal } from '../../../src/faults/journal-file.ts';
import type { JournalLine } from '../../../src/faults/journal-file.ts';
import { createJournalFile, writerTo } from '../../../src/faults/journal-writer.ts';

let folder: string;
let file: FileHandle;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-writer-'));
});
afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true, force: true });
});

const intent = (id: string): JournalLine => ({
  event: 'intent',
  id,
  kind: 'toxic',
  describe: `fault ${id}`,
  data: {},
});

it('loses nothing to half a line that a full disk has taken before it', async () => {
  const path = join(folder, 'journal-test.ndjson');
  const header = { pid: 1, startTime: '1', command: 'mettle', createdAt: 'now', childToken: '0123456789' };
  await (await createJournalFile(path, { journal: 1, ...header })).close();
  file = await open(path, 'a');
  let isFull = true;
  const writer = writerTo({
    appendFile: async (text) => {
      if (!isFull) {
        await file.appendFile(text);
        return;
      }
      await file.appendFile(String(text).slice(0, 20));
      throw new Error('ENOSPC');
    },
    datasync: () => file.datasync(),
    close: () => Promise.resolve(),
  });
  await expect(writer.append(intent('1'))).rejects.toThrow('ENOSPC');
  isFull = false;
  await writer.append(intent('2'));
  await writer.append(intent('3'));
  const content = await readJournal(path);
  expect(content?.outstanding.map(({ id }) => id)).toEqual(['2', '3']);
  expect(content?.damagedLines).toBe(1);
});
