// What came from outside is text: an attack in every field of a record makes no element and no attribute.

import { expect, test } from 'vitest';
import { comparisonReporters, runReporters } from '../../../src/report/registry.ts';
import { compileTemplate } from '../../../src/report/template.ts';
import { sampleComparison } from '../../support/comparison-data.ts';
import { hostileComparison, hostileRun } from '../../support/hostile.ts';
import { expectWellFormed, tagsOf } from '../../support/markup.ts';

const known = new Set(
  `html head meta title link style body main header section h1 h2 h3 p b dl dt dd div ul li table caption thead tbody tr
  th td span code pre a footer figure figcaption svg desc g path rect line circle text details summary`.split(
    /\s+/,
  ),
);
const attributes = new Set(
  `lang charset name content http-equiv rel href class id aria-labelledby aria-label aria-hidden role tabindex scope
  colspan rowspan viewBox text-anchor x y x1 x2 y1 y2 cx cy r d width height`.split(/\s+/),
);

const outputs = [
  ...runReporters.map((reporter) => ({ name: `run ${reporter.file}`, text: reporter.render(hostileRun()) })),
  ...comparisonReporters.map((reporter) => ({
    name: `comparison ${reporter.file}`,
    text: reporter.render(hostileComparison()),
  })),
];

test.for(outputs)('an attack in every field is text in $name', ({ name, text }) => {
  expect(text).toContain('alert');
  expect(text.toLowerCase()).not.toMatch(/<script|<img|<!--(?!\s*$)/);
  expect(text).not.toContain('\u0000');
  // Half a surrogate pair cannot be written as UTF-8.
  expect(Buffer.from(text).toString()).toBe(text);
  if (name.endsWith('.xml')) expectWellFormed(text);
  if (!name.endsWith('.html')) return;
  const tags = tagsOf(text);
  expect(tags.filter((tag) => !known.has(tag.name))).toEqual([]);
  expect(tags.flatMap((tag) => tag.attributes).filter((attribute) => !attributes.has(attribute))).toEqual([]);
});

test('a folder outside the comparison’s own makes no link', () => {
  const [html] = comparisonReporters;
  const sample = sampleComparison();
  for (const folder of ['../../secret', '/etc', 'javascript:alert(1)', '//evil.example/x']) {
    const text = html!.render({ ...sample, runs: sample.runs.map((run) => ({ ...run, folder })) });
    const links = [...text.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href);
    for (const href of links) expect(href).toMatch(/^\.\/[^.]/);
  }
});

test('runs are linked by their own reports', () => {
  const text = comparisonReporters[0]!.render(sampleComparison());
  expect(text).toContain('<a href="./runs/1-before/report.html">');
});

test('a template that asks for a field the view lacks, or that is empty, is an error and not a blank', () => {
  expect(() => compileTemplate('{{missing}}')({})).toThrow(/missing/);
  expect(() => compileTemplate('{{nothing}}')({ nothing: null })).toThrow(/view\.nothing/);
  expect(() => compileTemplate('{{deep.number}}')({ deep: { number: Number.NaN } })).toThrow(
    /view\.deep\.number/,
  );
  expect(compileTemplate('{{text}}')({ text: '<b>' })).toBe('&lt;b&gt;');
});
