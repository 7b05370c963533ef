// Server-sent events by the letter of the specification.

import { describe, expect, it } from 'vitest';
import { EventReader, LineReader } from '../../../src/engines/event-stream.ts';

function eventsOf(text: string | Buffer): [string, string][] {
  const events: [string, string][] = [];
  const reader = new EventReader(1_000, (data, type) => events.push([data, type]));
  reader.write(Buffer.from(text));
  return events;
}

describe('an event stream', () => {
  it.each<[string, string, [string, string][]]>([
    ['one event', 'data: a\n\n', [['a', 'message']]],
    ['data over several lines', 'data: a\ndata: b\ndata:c\n\n', [['a\nb\nc', 'message']]],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\n', [['a\nb', 'message']]],
    ['CR', 'data: a\rdata: b\r\r', [['a\nb', 'message']]],
    [
      'a type, for one event only',
      'event: add\ndata: 1\n\ndata: 2\n\n',
      [
        ['1', 'add'],
        ['2', 'message'],
      ],
    ],
    ['comments', ': hello\ndata: a\n:\n\n: bye\n\n', [['a', 'message']]],
    ['one space only is taken off', 'data:  a \n\n', [[' a ', 'message']]],
    ['a colon in the data', 'data: a: b\n\n', [['a: b', 'message']]],
    ['data without a value is an event', 'data\n\n', [['', 'message']]],
    ['empty data lines are lines', 'data:\ndata:\n\n', [['\n', 'message']]],
    ['no data is no event, and its type is forgotten', 'event: x\n\ndata: a\n\n', [['a', 'message']]],
    ['ids, retries and unknown fields', 'id: 1\nretry: 5\nfoo: b\nDATA: x\ndata: a\n\n', [['a', 'message']]],
    ['a byte order mark', '\ufeffdata: a\n\n', [['a', 'message']]],
    ['a later one is data', 'data: \ufeffa\n\n', [['\ufeffa', 'message']]],
    ['an event that is not closed', 'data: a\n\ndata: b\n', [['a', 'message']]],
    ['empty lines', '\n\n\r\n\r', []],
  ])('%s', (_, text, expected) => {
    expect(eventsOf(text)).toEqual(expected);
  });

  it('hands an event over with its last byte, and a CR ends a line at once', () => {
    const events: string[] = [];
    const reader = new EventReader(1_000, (data) => events.push(data));
    reader.write(Buffer.from('data: a\r'));
    expect(events).toEqual([]);
    reader.write(Buffer.from('\r'));
    expect(events).toEqual(['a']);
    // This LF belongs to the CR before it: it is no empty line of its own.
    reader.write(Buffer.from('\ndata: b\r\n\r'));
    expect(events).toEqual(['a', 'b']);
  });

  it('keeps characters whole that arrive in pieces', () => {
    const events: string[] = [];
    const reader = new EventReader(1_000, (data) => events.push(data));
    for (const byte of Buffer.from('data: wie geht’s 🦔\n\n')) reader.write(Buffer.of(byte));
    expect(events).toEqual(['wie geht’s 🦔']);
  });

  it('gives up on an event that is too long, in one line or in many', () => {
    const reader = () => new EventReader(20, () => undefined);
    expect(reader().write(Buffer.from(`data: ${'x'.repeat(30)}`))).toBe(false);
    expect(reader().write(Buffer.from(`data: ${'x'.repeat(30)}\n`))).toBe(false);
    expect(reader().write(Buffer.from('data: 123456\n'.repeat(4)))).toBe(false);
    expect(reader().write(Buffer.from('data: 123456\n\n'.repeat(400)))).toBe(true);
  });
});

describe('a stream of lines', () => {
  it('ends the last line with the stream', () => {
    const lines: string[] = [];
    const reader = new LineReader(100, (line) => lines.push(line));
    reader.write(Buffer.from('{"a":1}\n\n{"a":2}\r\n{"a"'));
    expect(lines).toEqual(['{"a":1}', '', '{"a":2}']);
    reader.write(Buffer.from(':3}'));
    reader.end();
    reader.end();
    expect(lines.at(-1)).toBe('{"a":3}');
    expect(lines).toHaveLength(4);
  });
});
