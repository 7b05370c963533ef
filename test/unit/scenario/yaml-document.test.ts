import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../../src/scenario/diagnostics.ts';
import { parseSource, type SourceDocument } from '../../../src/scenario/yaml-document.ts';

function read(text: string): SourceDocument {
  const { document, diagnostics } = parseSource('f.yml', text);
  if (document === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return document;
}

const problems = (text: string): string[] => parseSource('f.yml', text).diagnostics.map(formatDiagnostic);

test('a path leads to the line and column of its key and of its value', () => {
  const document = read(
    'name: x\nload:\n  - flow: ask\n    arrivals:\n      - { rate: 5/s }\n      - { rate: 9/s }\n',
  );
  const at = (path: PropertyKey[], part: 'key' | 'value') => {
    const { file, line, column } = document.place(path, part);
    return `${file}:${line}:${column}`;
  };
  expect(at(['load', 0, 'arrivals', 1, 'rate'], 'value')).toBe('f.yml:6:17');
  expect(at(['load', 0, 'arrivals', 1, 'rate'], 'key')).toBe('f.yml:6:11');
  expect(at(['load', 0, 'flow'], 'key')).toBe('f.yml:3:5');
  expect(at([], 'value')).toBe('f.yml:1:1');
});

test('a path that leaves the document leads to the last part that exists', () => {
  const document = read('name: x\nload:\n  - flow: ask\n');
  expect(document.place(['load', 0, 'users', 3], 'value')).toMatchObject({ line: 3, column: 5 });
  expect(document.place(['load', 7], 'value')).toMatchObject({ line: 3, column: 3 });
  expect(document.place(['nothing'], 'key')).toMatchObject({ line: 1, column: 1 });
});

test('a key without a value is found by its key', () => {
  expect(read('a: 1\nwarmup:\n').place(['warmup'], 'value')).toMatchObject({ line: 2, column: 1 });
});

test('what an alias stands for is found at its anchor', () => {
  const document = read('a: &stage { rate: 5/s }\nb: [*stage]\n');
  expect(document.place(['b', 0, 'rate'], 'value')).toMatchObject({ line: 1, column: 19 });
});

test('JSON is read as YAML is, tabs and all', () => {
  const document = read('{\n\t"a": 1,\n\t"b": [\n\t\t"x"\n\t]\n}');
  expect(document.value).toEqual({ a: 1, b: ['x'] });
  expect(document.place(['b', 0], 'value')).toMatchObject({ line: 4, column: 3 });
});

test('YAML 1.2: yes, on and dates are texts', () => {
  expect(read('a: yes\nb: on\nc: 2020-01-01\n').value).toEqual({ a: 'yes', b: 'on', c: '2020-01-01' });
});

const bomb = [
  'a: &a [x, x]',
  'b: &b [*a, *a, *a, *a, *a, *a, *a, *a]',
  'c: &c [*b, *b, *b, *b, *b, *b, *b, *b]',
  'd: [*c, *c, *c, *c, *c, *c, *c, *c]',
].join('\n');

test.each([
  ['a tab as indentation', 'a:\n\tb: 1\n', 'f.yml:2:1: a tab is used as indentation — use spaces'],
  ['a key twice', 'a: 1\nb: 2\na: 3\n', 'f.yml:3:1: key "a" occurs twice'],
  ['an open quote', 'a: "x\nb: 1\nc: 2\n', 'f.yml:1:4: this quote is never closed'],
  [
    'a second document',
    'a: 1\n---\nb: 2\n',
    'f.yml:2:1: a file holds one document; "---" starts a second one',
  ],
  ['a tag', 'a: !shell ls\n', 'f.yml:1:4: tags are not supported: !shell'],
  [
    'a reserved character',
    'a: @x\n',
    'f.yml:1:4: Plain value cannot start with reserved character @ — put the value in quotes',
  ],
  [
    'a colon in a value',
    'a: b: c\n',
    'f.yml:1:4: ": " begins a map in the middle of a value — put the value in quotes, or check the indentation',
  ],
  [
    'a template without quotes',
    'a: {{env.X}}\n',
    'f.yml:1:5: a key must be a text — put a text that begins with {{ in quotes',
  ],
  [
    'an alias of nothing',
    'a: *nobody\n',
    'f.yml:1:4: Unresolved alias; its anchor must stand before it: nobody',
  ],
  ['an alias inside its own anchor', 'a: &a [*a]\n', 'f.yml:1:8: an alias stands inside its own anchor'],
  ['an alias bomb', bomb, 'f.yml:2:8: aliases expand to more than 50 copies'],
  ['an empty file', '# nothing\n', 'f.yml:1:1: file is empty'],
  ['a huge file', `a: ${'x'.repeat(1024 * 1024)}`, 'f.yml:1:1: file is larger than 1048576 bytes'],
])('%s is refused at its place', (_, text, message) => {
  expect(problems(text)).toEqual([message]);
});

test.each([
  ['brackets', '['.repeat(100_000)],
  ['braces', '{a: '.repeat(20_000)],
  ['dashes', '- '.repeat(3_000)],
  ['question marks', '? '.repeat(3_000)],
  ['indentation', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n')],
])('%s nested without end do not reach the parser', (_, text) => {
  expect(problems(text)).toEqual(['f.yml:1:1: nested more than 60 levels deep']);
});

test('several slips on several lines are all told, one a line', () => {
  expect(problems('a: @x\nb: 1\nc: %y\n')).toHaveLength(2);
});

test('a line of JSON may hold any number of keys', () => {
  const value = { flows: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`flow${n}`, { n }])) };
  expect(read(JSON.stringify(value)).value).toEqual(value);
});
