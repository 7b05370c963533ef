// A record that is there and cannot be read is told in words, with what may help, and is never called missing.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRecord, writeRecord } from '../../../src/record/store.ts';
import { unreadable } from '../../../src/record/unreadable.ts';
import { realisticRun } from '../../support/run-data.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mettle-record-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each(['run.json', 'latency.hlog', 'events.ndjson'])('whose %s is a folder', async (name) => {
  await writeRecord(folder, realisticRun());
  await rm(join(folder, name));
  await mkdir(join(folder, name));
  await expect(readRecord(folder)).rejects.toMatchObject({
    ...{ code: 'RECORD_CORRUPT', exitCode: 2 },
    message: `${join(folder, name)} cannot be read: it is a folder, and should be a file`,
    hint: 'Give the folder of a run, e.g. reports/<run id>.',
  });
});

test('that may not be read, or for a reason of which only the system knows', () => {
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(unreadable('RECORD_CORRUPT', 'x/run.json', denied)).toMatchObject({
    ...{ code: 'RECORD_CORRUPT', exitCode: 2, message: 'x/run.json cannot be read: permission denied' },
    hint: 'Allow it to be read, or name other records.',
  });
  const odd = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  expect(unreadable('RECORD_NOT_FOUND', 'x', odd).message).toBe('x cannot be read: EIO: i/o error, read');
});
