// Whatever is sent as events arrives as the same events, however the bytes are cut and lines are ended.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventReader, LineReader } from '../../../src/engines/event-stream.ts';

const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ''));
const event = fc.record({
  type: fc.option(line.map((text) => `t${text}`)),
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  comment: fc.option(line),
  end: fc.constantFrom('\n', '\r\n', '\r'),
});

const written = ({
  type,
  lines,
  comment,
  end,
}: typeof event extends fc.Arbitrary<infer E> ? E : never): string =>
  [
    ...(comment === null ? [] : [`:${comment}`]),
    ...(type === null ? [] : [`event: ${type}`]),
    ...lines.map((text) => `data: ${text}`),
    '',
  ]
    .map((text) => `${text}${end}`)
    .join('');

/** The bytes in pieces that end at the given shares of the whole. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

describe('an event stream', () => {
  it('is the same events in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), cuts, fc.boolean(), (events, at, mark) => {
        const bytes = Buffer.from(`${mark ? '\ufeff' : ''}${events.map(written).join('')}`);
        const seen: { data: string; type: string }[] = [];
        const reader = new EventReader(100_000, (data, type) => seen.push({ data, type }));
        for (const piece of pieces(bytes, at)) expect(reader.write(piece)).toBe(true);
        expect(seen).toEqual(
          events.map(({ type, lines }) => ({ data: lines.join('\n'), type: type ?? 'message' })),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never throws and never holds more than it may, whatever arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 12 }), (chunks) => {
        const reader = new EventReader(50, (data) => expect(data.length).toBeLessThanOrEqual(50));
        for (const chunk of chunks) if (!reader.write(chunk)) return;
      }),
      { numRuns: 500 },
    );
  });
});

describe('a stream of lines', () => {
  it('is the lines of the whole text in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), cuts, (lines, end, at) => {
        const seen: string[] = [];
        const reader = new LineReader(100_000, (text) => seen.push(text));
        for (const piece of pieces(Buffer.from(lines.map((text) => text + end).join('')), at))
          reader.write(piece);
        reader.end();
        expect(seen).toEqual(lines);
      }),
      { numRuns: 300 },
    );
  });
});
