// A run's result on the terminal: promises, then the verdict, then where the report is.

import type { RunData } from '../record/data.ts';
import type { SeriesRecord, SloRecord } from '../record/schema.ts';
import { attemptLines } from '../report/attempt-words.ts';
import { suspicionWords } from '../report/suspicion-words.ts';
import { formatValue } from '../report/words.ts';
import { type Output, tone } from './output.ts';

export function printRun(output: Output, data: RunData, reportPath: string): void {
  const { run } = data;
  output.document({ ...run, report: reportPath });
  output.result('');
  for (const series of run.series.filter((entry) => entry.kind === 'step')) {
    const { p50, p95, p99, atLeast } = series.responseMicros;
    const latency = [
      ['p50', p50],
      ['p95', p95],
      ['p99', p99],
    ] as const;
    const shown = latency.map(
      ([name, value]) => `${name} ${formatValue(value, 'µs', atLeast.includes(name))}`,
    );
    output.result(`  ${series.name}: ${series.offered} offered, ${series.ok} ok, ${shown.join(', ')}`);
    for (const line of failureLines(series)) output.result(`    ${line}`);
  }
  for (const line of attemptLines(run)) output.result(`  proxy: ${line}`);
  if (run.slo.length > 0) output.result('');
  for (const slo of run.slo) output.result(`  ${tone(slo.status)}  ${promiseLine(slo)}`);
  for (const note of run.notes) output.result(`  note: ${note}`);
  output.result('');
  output.result(`verdict: ${tone(run.verdict.status)}`);
  for (const reason of run.verdict.reasons) output.result(`  ${reason}`);
  if (run.suspicion !== undefined) {
    output.result(`${tone(run.suspicion.outcome)}: ${suspicionWords(run.suspicion)}`);
  }
  output.result(`report:  ${reportPath}`);
}

/** What failed, by class, the most frequent first, each with its first example. */
function failureLines({ errors, examples }: SeriesRecord): string[] {
  return Object.entries(errors)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => {
      const first = examples.find((entry) => entry.class === name)?.example;
      return `${name} ${count}${first === undefined ? '' : `: ${first}`}`;
    });
}

function promiseLine(slo: SloRecord): string {
  const value = formatValue(slo.value, slo.unit, slo.atLeast);
  return `${slo.text}  measured ${value} over ${slo.samples} samples`;
}
