// Multipart forms, byte for byte.

import { describe, expect, it } from 'vitest';
import type { HeldFile } from '../../../src/engines/held-files.ts';
import { typeOfFile } from '../../../src/engines/held-files.ts';
import type { MultipartPart } from '../../../src/engines/http-body-input.ts';
import { compileMultipart } from '../../../src/engines/multipart.ts';
import { templates } from '../../../src/scenario/templates.ts';
import { plainScope } from '../../support/engine-users.ts';

const held = (text: string): HeldFile => ({
  bytes: text.length,
  content: Buffer.from(text),
  open: () => {
    throw new Error('held files are not opened again');
  },
});

async function* bytesOf(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}

const large = (...pieces: string[]): HeldFile => ({
  bytes: pieces.join('').length,
  content: null,
  open: () => bytesOf(...pieces),
});

const file = (name: string, path: string, filename: string | null = null, type: string | null = null) =>
  ({ name, kind: 'file', file: path, filename, type, where: [] }) as const satisfies MultipartPart;
const text = (name: string, value: string) => ({ name, kind: 'text', text: value }) as const;

const compile = (parts: readonly MultipartPart[], open: (path: string) => HeldFile = () => held('PNG')) =>
  compileMultipart(parts, templates, open);

const boundaryOf = (type: string): string => /boundary=(.+)$/.exec(type)?.[1] ?? '';

describe('a multipart form', () => {
  it('is put together as RFC 7578 says', () => {
    const form = compile([text('note', 'hällo'), file('upload', 'pics/cat.png'), text('n', '7')]);
    const b = boundaryOf(form.type);
    const { body, bytes, sent } = form.render(plainScope());
    expect(String(body)).toBe(
      [
        `--${b}\r\ncontent-disposition: form-data; name="note"\r\n\r\nhällo\r\n`,
        `--${b}\r\ncontent-disposition: form-data; name="upload"; filename="cat.png"\r\n`,
        'content-type: image/png\r\n\r\nPNG\r\n',
        `--${b}\r\ncontent-disposition: form-data; name="n"\r\n\r\n7\r\n--${b}--\r\n`,
      ].join(''),
    );
    expect(bytes).toBe((body as Buffer).length);
    expect(sent).toEqual({ note: 'hällo', n: '7' });
  });

  it('is built once when it holds no template', () => {
    const form = compile([text('a', 'b'), file('c', 'd')]);
    expect(form.isFixed).toBe(true);
    expect(form.render(plainScope()).body).toBe(form.render(plainScope()).body);
  });

  it('fills in templates in text only', () => {
    const form = compile([text('a', '{{user}}'), file('c', 'd')], () => held('{{user}}'));
    expect(form.isFixed).toBe(false);
    const { body, sent } = form.render(plainScope({ user: 'zoë' }));
    expect(String(body)).toContain('name="a"\r\n\r\nzoë\r\n');
    expect(String(body)).toContain('\r\n\r\n{{user}}\r\n');
    expect(sent).toEqual({ a: 'zoë' });
  });

  it('streams a file that is not held, with the length of the whole said before', async () => {
    const form = compile([text('a', '{{user}}'), file('big', 'x.bin')], () => large('one,', 'two'));
    const { body, bytes } = form.render(plainScope({ user: 'zoë' }));
    if (typeof body !== 'function') throw new Error('expected a stream');
    for (let time = 0; time < 2; time += 1) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body()) chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      expect(whole.length).toBe(bytes);
      expect(whole.toString()).toContain('zoë');
      expect(whole.toString()).toContain('application/octet-stream\r\n\r\none,two\r\n--');
    }
  });

  it('names what it is told to name, and nothing can end a name early', () => {
    const form = compile([file('a"b\r\n', 'd', 'ü".txt', 'text/x-own')]);
    expect(String(form.render(plainScope()).body)).toContain(
      'name="a%22b%0D%0A"; filename="ü%22.txt"\r\ncontent-type: text/x-own\r\n',
    );
  });

  it('has the same boundary in every run, and another for other parts', () => {
    expect(compile([text('a', 'b')]).type).toBe(compile([text('a', 'b')]).type);
    expect(compile([text('a', 'b')]).type).not.toBe(compile([text('a', 'c')]).type);
  });
});

it.each([
  ['a/b.JSON', 'application/json'],
  ['photo.jpeg', 'image/jpeg'],
  ['README', 'application/octet-stream'],
  ['a.unknown', 'application/octet-stream'],
])('the type of %s is %s', (path, type) => {
  expect(typeOfFile(path)).toBe(type);
});
