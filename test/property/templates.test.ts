// Properties of templates, CSV and JSONPath that hold for any text.

import fc from 'fast-check';
import { compile } from 'json-p3';
import { describe, expect, it } from 'vitest';
import { compileJsonPath } from '../../src/engines/json-path.ts';
import { csvRows } from '../../src/scenario/feeds.ts';
import { jsonErrorOffset } from '../../src/scenario/json-position.ts';
import { TemplateError } from '../../src/scenario/template-values.ts';
import { templateReferences, templates } from '../../src/scenario/templates.ts';
import { plainScope } from '../support/engine-users.ts';

/** Text rich in what the grammars care about. */
const tricky = fc.string({
  unit: fc.constantFrom('{', '}', '\\', '"', ',', '\n', '\r', ' ', '.', '(', ')', 'a', 'é', '😀'),
});

describe('templates', () => {
  it('text written with every "{{" escaped renders as itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('\\{{'));
        const written = text.replaceAll('{{', '\\{{');
        expect(templates.text(written).fixed).toBe(text);
      }),
    );
  });

  it('a placeholder is replaced by its value and by nothing that the value holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '}') }), tricky, (around, value) => {
        const rendered = templates.text(`${around}{{x}}${around}`).render(plainScope({ x: value }));
        expect(rendered).toBe(`${around}${value}${around}`);
      }),
    );
  });

  it('any text compiles or fails with an offset inside it, and its references stand where they say', () => {
    fc.assert(
      fc.property(tricky, (text) => {
        try {
          for (const { path, offset } of templateReferences(text))
            expect(text.startsWith(path, offset)).toBe(true);
        } catch (thrown) {
          if (!(thrown instanceof TemplateError)) throw thrown;
          expect(thrown.offset).toBeGreaterThanOrEqual(0);
          expect(thrown.offset).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  it('JSON without placeholders is itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('{{'));
        expect(templates.json(value as never).fixed).toEqual(value);
      }),
    );
  });
});

describe('CSV', () => {
  const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
  const bareOr = (field: string, quote: boolean): string =>
    quote || field === '' || /[",\r\n]/.test(field) || field.startsWith('\uFEFF') ? quoted(field) : field;

  it('what was written is read back, whatever is in the fields, quoted or not, with either line end', () => {
    const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.array(fc.array(fc.oneof(tricky, fc.string()), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 8,
      }),
    );
    fc.assert(
      fc.property(
        table,
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (rows, quote, end, last) => {
          const columns = (rows[0] ?? []).map((_, index) => `c${index}`);
          const lines = [columns, ...rows].map((row) => row.map((field) => bareOr(field, quote)).join(','));
          const source = lines.join(end) + (last ? end : '');
          const expected = rows.map((row) =>
            Object.fromEntries(columns.map((column, index) => [column, row[index]])),
          );
          expect(csvRows(source, 'x.csv')).toEqual(expected);
        },
      ),
    );
  });
});

describe('the place of a JSON error', () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  it('is the end for JSON, and the stray character for JSON with one put in between its tokens', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, choice) => {
        const text = JSON.stringify(value, null, 1);
        expect(jsonErrorOffset(text)).toBe(text.length);
        const lineEnds = [...text.matchAll(/\n/g)].map(({ index }) => index);
        const at = lineEnds[choice % Math.max(lineEnds.length, 1)] ?? text.length;
        expect(jsonErrorOffset(`${text.slice(0, at)} @${text.slice(at)}`)).toBe(at + 1);
      }),
    );
  });

  it('is inside the text or at its end for any text that is none', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', 'a', ' ', '\\') }),
        (text) => {
          const offset = jsonErrorOffset(text);
          expect(offset).toBeLessThanOrEqual(text.length);
          if (parses(text)) expect(offset).toBe(text.length);
        },
      ),
    );
  });
});

describe('plain JSONPaths', () => {
  it('select what a general evaluator selects', () => {
    const key = fc.constantFrom('a', 'b', 'length', '__proto__', 'constructor', '0');
    const { tree: value } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, 1, 'x', true), tie('list'), tie('object')),
      list: fc.array(tie('tree'), { maxLength: 3 }),
      object: fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    }));
    const segment = fc.oneof(
      fc.constantFrom('.a', '.b', '.length', '.constructor', '.__proto__'),
      fc.integer({ min: 0, max: 3 }).map((index) => `[${index}]`),
    );
    fc.assert(
      fc.property(value, fc.array(segment, { maxLength: 4 }), (document, segments) => {
        const path = `$${segments.join('')}`;
        expect(compileJsonPath(path)(document)).toEqual(
          compile(path)
            .query(document as never)
            .values(),
        );
      }),
    );
  });
});
