// `mettle report`: the same bytes again from the record alone, and one message for what is no record.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorkspace, recordFolders, type Workspace } from '../support/cli.ts';

let workspace: Workspace;
let record: string;

beforeAll(async () => {
  workspace = await openWorkspace();
  const server = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await workspace.run(['run', url, '--rate', '40/s', '--for', '1s', '--slo', 'p50 < 10s']);
  server.close();
  record = recordFolders(workspace)[0]!;
});
afterAll(() => workspace.close());

it('makes the report of a run again, byte for byte', async () => {
  const path = join(record, 'report.html');
  const first = readFileSync(path);
  for (const named of [record, join(record, 'run.json')]) {
    rmSync(path);
    const result = await workspace.run(['report', named]);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toBe(`${path}\n`);
    expect(readFileSync(path).equals(first)).toBe(true);
  }
});

const damaged: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ['is cut off', (text) => text.slice(0, text.length / 2), /run\.json: not JSON/],
  ['lacks a part', (text) => text.replace('"seed"', '"sede"'), /run\.json: not a Mettle run record: seed/],
  [
    'has another format',
    (text) => text.replace(/"formatVersion": \d+/, '"formatVersion": 99'),
    /format version 99/,
  ],
];

it.each(damaged)('says in one message that a record %s', async (_says, damage, message) => {
  const folder = join(workspace.folder, 'damaged');
  await cp(record, folder, { recursive: true });
  const path = join(folder, 'run.json');
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
  rmSync(join(folder, 'report.html'));
  const result = await workspace.run(['report', folder]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.stdout).toBe('');
  expect(() => readFileSync(join(folder, 'report.html'))).toThrow('ENOENT');
});

it('says in one message that measurements are damaged', async () => {
  const folder = join(workspace.folder, 'damaged-log');
  await cp(record, folder, { recursive: true });
  writeFileSync(join(folder, 'events.ndjson'), '{"series": 7}\nnonsense\n');
  const result = await workspace.run(['report', folder]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('events.ndjson');
  expect(result.stderr).not.toMatch(/\n\s+at /);
});

it('says where no record is', async () => {
  const result = await workspace.run(['report', join(workspace.folder, 'nowhere')]);
  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain('no record at');
});
