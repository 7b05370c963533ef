// noise.md: the noise floor of a machine for a scenario, beside the comparison that it was made of.

import type { Comparison } from '../compare/schema.ts';
import type { Noise } from '../record/noise-schema.ts';
import { code, document, marked, plain, section } from './markdown.ts';
import { alarmLines, noiseNotes, noiseTable } from './noise-words.ts';
import { formatMoment, plural } from './words.ts';

export function noiseMarkdown(noise: Noise, { scenario, seed, command }: Comparison): string {
  const { pairs, rows } = noiseTable(noise);
  const alarms = alarmLines(noise);
  return document([
    `## Noise floor: ${plain(scenario.name)}, ${plain(noise.variant)} against itself`,
    '',
    ...alarms.map((line) => `- **${plain(line)}**`),
    ...(alarms.length === 0 ? [] : ['']),
    `${plural(noise.pairs, 'pair')} of runs, seed ${seed}, measured ${plain(formatMoment(noise.measuredAt))}.`,
    '',
    ...section('Metrics', {
      columns: [
        'metric',
        'outcome',
        'spread',
        'false alarms',
        ...pairs.map((count) => `smallest change, ${count} pairs`),
      ],
      rows: rows.map((row) => [
        code(row.metric),
        marked(row.outcome),
        plain(row.spread),
        plain(row.falseAlarms),
        ...row.detectable.map(plain),
      ]),
    }),
    ...noiseNotes(noise).map((line) => `- ${plain(line)}`),
    '',
    `To repeat it: ${code(command)}`,
  ]);
}
