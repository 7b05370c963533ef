// Data files: what becomes rows, what is refused with its line, and which files are out of bounds.

import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows, jsonRows, loadRows } from '../../../src/scenario/feeds.ts';

describe('CSV', () => {
  it.each([
    [
      'plain',
      'a,b\n1,x\n2,y\n',
      [
        { a: '1', b: 'x' },
        { a: '2', b: 'y' },
      ],
    ],
    [
      'CRLF, no last line break',
      'a,b\r\n1,x\r\n2,y',
      [
        { a: '1', b: 'x' },
        { a: '2', b: 'y' },
      ],
    ],
    ['a byte order mark', '\uFEFFa\n1\n', [{ a: '1' }]],
    ['quotes, commas and line breaks', 'a,b\n"x, ""y""","1\r\n2"\n', [{ a: 'x, "y"', b: '1\r\n2' }]],
    [
      'empty fields',
      'a,b,c\n,,\n"",x,\n',
      [
        { a: '', b: '', c: '' },
        { a: '', b: 'x', c: '' },
      ],
    ],
    ['blank lines', 'a\n\n1\n\r\n2\n\n', [{ a: '1' }, { a: '2' }]],
    ['numbers and truths stay text', 'a,b\n007,true\n', [{ a: '007', b: 'true' }]],
    ['spaces are kept', 'a\n x \n', [{ a: ' x ' }]],
    ['quoted names', '"a-1","b"\n1,2', [{ 'a-1': '1', b: '2' }]],
    ['an empty last field at the end of the file', 'a,b\n1,', [{ a: '1', b: '' }]],
  ])('%s', (_, source, expected) => {
    expect(csvRows(source, 'q.csv')).toEqual(expected);
  });

  it.each([
    ['', /^q\.csv: expected a header line and at least one row/],
    ['a,b\n', /^q\.csv: expected a header/],
    ['a,a\n1,2', /^q\.csv:1: the column "a" is named twice/],
    ['a,b c\n1,2', /^q\.csv:1: the column "b c" is not a name/],
    ['a,\n1,2', /^q\.csv:1: the column "" is not a name/],
    ['a,b\n1,2\n3\n', /^q\.csv:3: 1 fields where the header names 2/],
    ['a,b\n"1\n2",x\n3\n', /^q\.csv:4: 1 fields/],
    ['a\nx"y\n', /^q\.csv:2: a quote inside an unquoted field/],
    ['a\n"x"y\n', /^q\.csv:2: a comma or the end of the line/],
    ['a\n1\n"x\ny\n', /^q\.csv:3: a quoted field is never closed/],
  ])('%j is refused', (source, message) => {
    expect(() => csvRows(source, 'q.csv')).toThrow(message);
  });

  it('reads a quoted field of megabytes', () => {
    const long = 'x""y\n'.repeat(400_000);
    expect(csvRows(`a\n"${long}"\n`, 'q.csv')[0]?.['a']).toHaveLength(400_000 * 4);
  });
});

describe('JSON', () => {
  it('keeps types and nesting', () => {
    expect(jsonRows('[{"a":1,"b":{"c":[true]}}]', 'q.json')).toEqual([{ a: 1, b: { c: [true] } }]);
  });

  it.each([
    ['[{"a":1},\n{"a":}]', /^q\.json:2: not JSON/],
    ['{"a":1}', /^q\.json: expected an array of objects/],
    ['[]', /^q\.json: expected an array of objects/],
    ['[{"a":1}, 2]', /^q\.json: row 2 is not an object/],
    ['[[1]]', /^q\.json: row 1 is not an object/],
  ])('%j is refused', (source, message) => {
    expect(() => jsonRows(source, 'q.json')).toThrow(message);
  });
});

describe('the place of a data file', () => {
  let outside = '';
  let root = '';
  let folder = '';
  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'mettle-feeds-'));
    root = join(outside, 'project');
    folder = join(root, 'scenarios');
    await mkdir(join(folder, 'data'), { recursive: true });
    await writeFile(join(folder, 'data', 'q.csv'), 'a\n1\n');
    await writeFile(join(root, 'shared.json'), '[{"a":1}]');
    await writeFile(join(outside, 'secret.csv'), 'a\n1\n');
    await writeFile(join(folder, 'notes.txt'), 'a\n1\n');
    await mkdir(join(folder, 'folder.csv'));
    await symlink(join(outside, 'secret.csv'), join(folder, 'link.csv'));
    await writeFile(join(folder, 'huge.csv'), 'a\n');
    await truncate(join(folder, 'huge.csv'), 65 * 1_048_576);
  });
  afterAll(() => rm(outside, { recursive: true, force: true }));

  it('may be below the scenario or the project', async () => {
    expect(await loadRows('data/q.csv', folder, root)).toEqual([{ a: '1' }]);
    expect(await loadRows('../shared.json', folder, root)).toEqual([{ a: 1 }]);
  });

  it.each([
    ['../../secret.csv', 'outside the project'],
    ['link.csv', 'outside the project'],
    ['/etc/passwd', 'outside the project'],
    ['data/missing.csv', 'no such file'],
    ['notes.txt', 'expected a .csv or .json file'],
    ['folder.csv', 'not a file'],
    ['huge.csv', 'larger than 64MiB'],
  ])('%s is refused: %s', async (path, reason) => {
    await expect(loadRows(path, folder, root)).rejects.toMatchObject({
      code: 'DATA_FILE_INVALID',
      exitCode: 2,
      message: expect.stringContaining(reason) as string,
    });
  });
});
