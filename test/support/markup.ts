// Looks at markup as a parser would: well-formed, and with nothing in it that its makers did not put there.

import { expect } from 'vitest';

/** XML of the kind Mettle writes: elements balanced, attributes quoted, no stray `<` or `&`, no forbidden character. */
export function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^?]*\?>\n/, '');
  const rest = body.replace(
    /<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_tag, close, name, _attributes, self) => {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (self !== '/') open.push(String(name));
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(xml).not.toMatch(/&(?!(?:amp|lt|gt|quot|#\d+);)/);
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
}

export interface Tag {
  readonly name: string;
  readonly attributes: string[];
}

/** Every start tag outside <style>, with the names of its attributes, as a browser would read them. */
export function tagsOf(html: string): Tag[] {
  const visible = html.replace(/<style>[\s\S]*?<\/style>/g, '<style></style>');
  return [...visible.matchAll(/<([a-zA-Z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/g)].map(
    ([, name = '', rest = '']) => ({
      name: name.toLowerCase(),
      attributes: [...rest.matchAll(/([^\s=/"']+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"']+))?/g)].map(
        ([, attribute = '']) => attribute,
      ),
    }),
  );
}
