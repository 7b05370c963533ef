// Descriptors as /proc lists them: all are counted, sockets are told apart, and what may not be seen is absent.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countOpenFiles } from '../../../src/system/open-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-open-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process as /proc shows it, with what its descriptors lead to. */
function withProcess(pid: number, targets: readonly string[]): void {
  const fd = join(folder, String(pid), 'fd');
  mkdirSync(fd, { recursive: true });
  targets.forEach((target, number) => symlinkSync(target, join(fd, String(number))));
}

test('all descriptors of all processes are counted, and sockets among them', async () => {
  withProcess(1, ['/dev/null', 'socket:[17]', 'pipe:[3]']);
  withProcess(2, ['socket:[17]', 'socket:[18]', 'anon_inode:[eventpoll]']);
  expect(await countOpenFiles([1, 2], folder)).toEqual({ openFiles: 6, sockets: 3 });
});

test('more than one portion is counted like one', async () => {
  const many = Array.from({ length: 700 }, (_, index) =>
    index % 7 === 0 ? `socket:[${index}]` : '/dev/null',
  );
  withProcess(1, many);
  expect(await countOpenFiles([1], folder)).toEqual({ openFiles: 700, sockets: 100 });
});

test('a process that ended meanwhile holds nothing', async () => {
  withProcess(1, ['/dev/null']);
  expect(await countOpenFiles([1, 2], folder)).toEqual({ openFiles: 1, sockets: 0 });
});

test('what may not be listed is absent, not zero, for the whole tree', async () => {
  withProcess(1, ['/dev/null']);
  // Not a folder: another failure than that the process has ended.
  mkdirSync(join(folder, '2'));
  symlinkSync('/dev/null', join(folder, '2', 'fd'));
  expect(await countOpenFiles([1, 2], folder)).toEqual({});
});

test('descriptors that may be listed but not looked at have no sockets', async () => {
  withProcess(1, ['/dev/null']);
  mkdirSync(join(folder, '1', 'fd', '9'));
  expect(await countOpenFiles([1], folder)).toEqual({ openFiles: 2 });
});
