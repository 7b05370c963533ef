// Every text colour on every ground it stands on, light and dark, texts in drawings included: at least 4.5 to 1 (WCAG AA).

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packagePath } from '../../../src/kernel/entry.ts';

const styles = readFileSync(packagePath('reports/templates/styles.css'), 'utf8');

const variablesIn = (css: string): Map<string, string> =>
  new Map(
    [...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
const light = variablesIn(/:root \{[\s\S]*?\n\}/.exec(styles)?.[0] ?? '');
const dark = variablesIn(/prefers-color-scheme: dark\) \{[\s\S]*?\n\}/.exec(styles)?.[0] ?? '');

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

const texts = [
  ...['ink', 'muted', 'link', 'pass', 'fail', 'warn', 'odd'].map((text) => [text, 'card']),
  ...['ink', 'muted', 'link'].map((text) => [text, 'bg']),
  ...['pass', 'fail', 'warn', 'odd'].map((text) => [text, `${text}-bg`]),
  ['ink', 'band'],
  ['card', 's1'],
  ['card', 'fail'],
];

test.for([
  { name: 'light', variables: light },
  { name: 'dark', variables: dark },
])('texts stand out in $name', ({ variables }) => {
  const colour = (name: string): string => variables.get(name) ?? `no colour --${name}`;
  for (const [text = '', ground = ''] of texts) {
    const ratio = contrast(colour(text), colour(ground));
    expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
  for (const ground of ['axis', 'recovery'])
    expect(contrast('#1d1c1a', colour(ground)), ground).toBeGreaterThanOrEqual(4.5);
  for (const line of ['s1', 's2', 's3', 's4', 's5', 's6', 'before', 'after', 'axis'])
    expect(contrast(colour(line), colour('card')), line).toBeGreaterThanOrEqual(3);
});
