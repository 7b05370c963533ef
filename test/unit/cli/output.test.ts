// What came from outside does nothing to a terminal, on standard output and on standard error.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOutput, reportError } from '../../../src/cli/output.ts';
import { MettleError } from '../../../src/kernel/errors.ts';

let said = '';
let printed = '';
beforeEach(() => {
  said = '';
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const raw = 'after\u009b2J\u001b[31m\u007f\r\u0007';
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

test('the document of --json holds no control character, and is the same JSON', () => {
  const value = { variant: raw, 'a\u0085key': ['\u0080', 'tea ☕ é \u00a0'] };
  createOutput({ json: true, quiet: true, debug: false }).document(value);
  expect(printed).not.toMatch(controls);
  expect(printed).toContain('after\\u009b2J\\u001b[31m\\u007f');
  expect(printed).toContain('tea ☕ é \u00a0');
  expect(JSON.parse(printed)).toEqual(value);
  expect(printed.startsWith('{\n  "variant"')).toBe(true);
});

test('a line of progress holds none', () => {
  createOutput({ json: false, quiet: false, debug: false }).progress(`${raw}\nsecond line`);
  expect(said).not.toMatch(controls);
  expect(said).toBe('after�2J�[31m���\nsecond line\n');
});

test('the colour that Mettle gives such a line stays', () => {
  const { isTTY } = process.stderr;
  // So that no live view is shown.
  vi.stubEnv('TERM', 'dumb');
  vi.stubEnv('NO_COLOR', undefined);
  Object.assign(process.stderr, { isTTY: true });
  try {
    createOutput({ json: false, quiet: false, debug: false }).progress('a\u001bb');
  } finally {
    Object.assign(process.stderr, { isTTY });
  }
  expect(said).toBe('\u001b[2ma�b\u001b[22m\n');
});

test('neither does the message of an error, its hint or its stack; line breaks stay', () => {
  const error = new MettleError({ code: 'X', message: `one\n${raw}`, hint: raw, exitCode: 3 });
  expect(reportError(error, true)).toBe(3);
  expect(said).not.toMatch(controls);
  expect(said).toMatch(/^mettle: one\nafter�2J�\[31m���\n {8}after�2J/);
  expect(said).toContain('at ');
});
