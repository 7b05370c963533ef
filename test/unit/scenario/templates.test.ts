// The template language: what renders to what, what is refused where, and which names a text needs.

import { describe, expect, it } from 'vitest';
import { UnresolvedValue } from '../../../src/engines/unresolved.ts';
import type { Json } from '../../../src/kernel/json.ts';
import { createRandom } from '../../../src/kernel/random.ts';
import { TemplateError } from '../../../src/scenario/template-values.ts';
import { templateReferences, templates } from '../../../src/scenario/templates.ts';
import { plainScope } from '../../support/engine-users.ts';

const scope = (values: Record<string, unknown> = {}) => plainScope({ random: createRandom(1), ...values });

describe('a text template', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['{{name}}', 'Ada'],
    ['a {{ name }} b{{name}}', 'a Ada bAda'],
    ['{{row.first-name}} {{row.2nd}}', 'Bob 2'],
    ['{{count}} {{yes}} {{list}}', '7 true [1,{"a":2}]'],
    ['\\{{name}} {{name}}', '{{name}} Ada'],
    ['\\\\{{name}}', '\\{{name}}'],
    ['}} {name} { {', '}} {name} { {'],
  ])('%j renders %j', (source, expected) => {
    const values = {
      name: 'Ada',
      row: { 'first-name': 'Bob', '2nd': '2' },
      count: 7,
      yes: true,
      list: [1, { a: 2 }],
    };
    expect(templates.text(source).render(scope(values))).toBe(expected);
  });

  it('is fixed when it holds no placeholder, with its escapes taken away', () => {
    expect(templates.text('a \\{{b}}').fixed).toBe('a {{b}}');
    expect(templates.text('a {{b}}').fixed).toBeUndefined();
  });

  it.each([
    ['a capture that was never made', '{{answerId}}', {}],
    ['null', '{{answerId}}', { answerId: null }],
  ])('names the value that is missing: %s', (_, source, values) => {
    expect(() => templates.text(source).render(scope(values))).toThrow(new UnresolvedValue('answerId'));
  });

  it('draws whole numbers with both ends included', () => {
    const draw = templates.text('{{random.int(-2, 3)}}');
    const user = scope();
    const drawn = new Set(Array.from({ length: 400 }, () => draw.render(user)));
    expect([...drawn].map(Number).sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
  });

  it('picks among words with spaces in them', () => {
    const pick = templates.text('{{random.pick(red, dark blue , x)}}');
    const user = scope();
    expect(new Set(Array.from({ length: 200 }, () => pick.render(user)))).toEqual(
      new Set(['red', 'dark blue', 'x']),
    );
  });
});

describe('a value that a hook kept and nothing can hold', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;

  it.each([
    [5n, 'cannot be written: Do not know how to serialize a BigInt'],
    [circle, 'cannot be written: Converting circular structure to JSON'],
    [() => 1, 'cannot be written: it is a function'],
    [Symbol('s'), 'cannot be written: it is a symbol'],
  ])('%p is not sent as text', (value, why) => {
    expect(() => templates.text('a {{v}}').render(scope({ v: value }))).toThrow(
      new UnresolvedValue('v', why),
    );
  });

  it.each([[() => 1], [Symbol('s')]])('%p does not leave a field out of JSON', (value) => {
    expect(() => templates.json({ a: '{{v}}' }).render(scope({ v: value }))).toThrow(UnresolvedValue);
  });
});

describe('functions and defaults', () => {
  const render = (source: string, values: Record<string, unknown> = {}): string =>
    templates.text(source).render(scope(values));

  it.each([
    ['{{name | nobody}}', {}, 'nobody'],
    ['{{name | nobody}}', { name: null }, 'nobody'],
    ['{{name | nobody}}', { name: '' }, ''],
    ['{{ name|"a | b" }}', {}, 'a | b'],
    ["{{name | ''}}", {}, ''],
    ['{{row.x | 7}}', { row: {} }, '7'],
    ['{{base64(name)}}', { name: 'é:1' }, 'w6k6MQ=='],
    ['/{{urlencode(name)}}', { name: 'a/b?c=d&é' }, '/a%2Fb%3Fc%3Dd%26%C3%A9'],
    ['{{urlencode(name)}}', { name: '\ud800' }, '%EF%BF%BD'],
    ['{{urlencode( name | a b )}}', {}, 'a%20b'],
    ['{{now + 1m}}', { now: { ms: 0 } }, '1970-01-01T00:01:00.000Z'],
    ['{{now.s-1h}}', { now: { ms: 7_200_000 } }, '3600'],
    ['{{now.ms + 1.5s}}', { now: { ms: 1 } }, '1501'],
  ])('%s of %j is %s', (source, values, expected) => {
    expect(render(source, values)).toBe(expected);
  });

  it('draws text of a length, and numbers between two', () => {
    const user = scope();
    const draw = (source: string): unknown => templates.json(source).render(user);
    for (let count = 0; count < 50; count += 1) {
      expect(draw('{{random.string(12)}}')).toMatch(/^[A-Za-z0-9]{12}$/);
      expect(draw('{{random.hex(8)}}')).toMatch(/^[0-9a-f]{8}$/);
      const drawn = Number(draw('{{random.float(-0.5, 2.5)}}'));
      expect(drawn).toBeGreaterThanOrEqual(-0.5);
      expect(drawn).toBeLessThan(2.5);
    }
    const letters = new Set(render('{{random.string(5000)}}'));
    expect(letters.size).toBe(62);
  });

  it('keeps the type of a default that stands alone in JSON', () => {
    const template = templates.json([
      '{{a | 1}}',
      '{{a | true}}',
      '{{a | null}}',
      '{{a | "1"}}',
      '{{a | x}}',
    ]);
    expect(template.render(scope())).toEqual([1, true, null, '1', 'x']);
  });

  it('names what a function reads, and what may be missing', () => {
    const text = 'x {{base64( row.id )}} {{answer | none}} {{urlencode(now)}}';
    const found = templateReferences(text);
    expect(found.map(({ path, optional }) => [path, optional])).toEqual([
      ['row.id', false],
      ['answer', true],
    ]);
    for (const { path, offset } of found) expect(text.slice(offset, offset + path.length)).toBe(path);
  });
});

describe('a template that cannot be compiled', () => {
  it.each([
    ['a {{b', 2, /never closed/],
    ['ab{{}}', 4, /empty placeholder/],
    ['{{{a}}', 2, /"\{a" is not a name/],
    ['{{ a b }}', 3, /"a b" is not a name/],
    ['{{a.}}', 2, /"a\." is not a name/],
    ['{{a + 1}}', 2, /is not a name/],
    ['{{constructor("x")}}', 2, /"constructor" is not a function/],
    ['{{x}} {{random.folat(1)}}', 8, /"random.folat" is not a function/],
    ['{{random.int(1)}}', 2, /two whole numbers/],
    ['{{random.int(3, 1)}}', 2, /two whole numbers/],
    ['{{random.int(1.5, 2)}}', 2, /two whole numbers/],
    ['{{random.pick()}}', 2, /empty argument/],
    ['{{random.pick(a,,b)}}', 2, /empty argument/],
    ['{{random}}', 2, /needs arguments/],
    ['{{random.float(2, 1)}}', 2, /two numbers/],
    ['{{random.string(0)}}', 2, /a length from 1/],
    ['{{random.hex(x)}}', 2, /a length from 1/],
    ['{{base64}}', 2, /needs arguments/],
    ['{{base64()}}', 9, /empty placeholder/],
    ['{{base64(a b)}}', 9, /not a name/],
    ['{{a | }}', 2, /empty default/],
    ['{{ | x}}', 3, /empty placeholder/],
    ['{{now + 5}}', 2, /not a duration/],
    ['{{now.us}}', 2, /"now" has no such field/],
    ['{{uuid.x}}', 2, /"uuid" has no such field/],
    ['{{env}}', 2, /not a variable/],
    ['{{env.A.B}}', 2, /not a variable/],
  ])('%j fails at %d', (source, offset, message) => {
    let thrown: unknown;
    try {
      templateReferences(source);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TemplateError);
    expect(thrown).toMatchObject({
      offset,
      code: 'TEMPLATE_SYNTAX',
      message: expect.stringMatching(message) as string,
    });
    expect(() => templates.text(source)).toThrow(TemplateError);
    expect(() => templates.json({ a: [source] })).toThrow(TemplateError);
  });
});

describe('references', () => {
  it('are the names that somebody must provide, where they stand', () => {
    const text =
      'a {{ questions.text }} {{uuid}} {{now.ms}}{{env.TOKEN}} \\{{no}} {{sent.id}} {{answerId}} {{random.int(1, 2)}} {{user}}';
    const found = templateReferences(text);
    expect(found.map(({ path }) => path)).toEqual(['questions.text', 'env.TOKEN', 'answerId']);
    for (const { path, offset } of found) expect(text.slice(offset, offset + path.length)).toBe(path);
  });
});

describe('a JSON template', () => {
  it('keeps the type of a value that stands alone, and makes text of one among text', () => {
    const values = { n: 7, row: { a: [1] }, nothing: null };
    const template = templates.json({
      a: '{{n}}',
      b: 'n={{n}}',
      c: ['{{row}}', { d: '{{nothing}}' }],
      e: 1,
      f: null,
    });
    expect(template.fixed).toBeUndefined();
    expect(template.render(scope(values))).toEqual({
      a: 7,
      b: 'n=7',
      c: [{ a: [1] }, { d: null }],
      e: 1,
      f: null,
    });
  });

  it('is fixed when nothing in it is a placeholder', () => {
    expect(templates.json({ a: ['x', null, 1] }).fixed).toEqual({ a: ['x', null, 1] });
    expect(templates.json(null).fixed).toBeNull();
    expect(templates.json({ a: '\\{{b}}' }).fixed).toEqual({ a: '{{b}}' });
  });

  it('does not look into keys, and does not take __proto__ for more than a key', () => {
    expect(templates.json({ '{{a}}': 1 }).fixed).toEqual({ '{{a}}': 1 });
    const made = templates.json(JSON.parse('{"__proto__":{"x":"{{n}}"}}') as Json).render(scope({ n: 1 }));
    expect(JSON.stringify(made)).toBe('{"__proto__":{"x":1}}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
