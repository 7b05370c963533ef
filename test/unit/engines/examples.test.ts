// Examples of failures: few, short, in one line, and without credentials.

import { describe, expect, it } from 'vitest';
import { exampleMaker } from '../../../src/engines/examples.ts';

describe('examples', () => {
  it('are redacted before they are cut, in one line', () => {
    const make = exampleMaker((text) => text.replaceAll('secret', '***'));
    const example = make('a', 'status', () => `one\n two\t\u0000${'x'.repeat(280)}secret`) ?? '';
    expect(example.startsWith('one two x')).toBe(true);
    expect(example).toHaveLength(291);
    expect(example).not.toMatch(/secr|\n|\u0000/);
  });

  it('are no longer made after the first ones of a series and class, not even their text', () => {
    const make = exampleMaker((text) => text);
    let texts = 0;
    const text = (): string => {
      texts += 1;
      return 'x';
    };
    const made = Array.from({ length: 1_000 }, () => make('a', 'reset', text)).filter(
      (example) => example !== undefined,
    );
    expect(made.length).toBe(texts);
    expect(texts).toBeLessThan(50);
    expect(make('a', 'timeout', text)).toBe('x');
    expect(make('b', 'reset', text)).toBe('x');
  });
});
