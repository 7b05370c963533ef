// A noise floor on the terminal: one line per metric, what is loud, what the figures mean.

import { dirname } from 'node:path';
import { type ExitCode, exitCodes } from '../kernel/errors.ts';
import { alarmLines, noiseNotes, noiseTable } from '../report/noise-words.ts';
import { plural } from '../report/words.ts';
import type { MeasuredNoise } from '../run/aa.ts';
import { type Output, tone } from './output.ts';

/** Why there is none, in a word. */
const words: Partial<Record<ExitCode, string>> = {
  [exitCodes.interrupted]: 'interrupted',
  [exitCodes.undoFailed]: 'fail',
};

export function printNoise(output: Output, measured: MeasuredNoise): void {
  const { noise, comparison, reportPath, reasons, exitCode } = measured;
  output.document({ ...noise, reasons, exitCode, report: reportPath });
  output.result('');
  if (noise === null) {
    output.result(`noise floor: ${tone(words[exitCode] ?? 'invalid')}`);
    for (const reason of reasons) output.result(`  ${reason}`);
    output.result(`report:  ${reportPath}`);
    return;
  }
  const name = comparison.scenario.name;
  output.result(`noise floor of ${name}: ${noise.variant} against itself, ${plural(noise.pairs, 'pair')}`);
  output.result('');
  for (const line of tableLines(noise)) output.result(`  ${line}`);
  output.result('');
  for (const line of alarmLines(noise)) output.result(`  ${line}`);
  for (const note of noiseNotes(noise)) output.result(`  ${note}`);
  for (const reason of reasons) output.result(`note: ${reason}`);
  output.result(`report:  ${reportPath}`);
  output.result(`         ${dirname(reportPath)}/noise.md`);
}

/** Columns as wide as their widest cell. */
function tableLines(noise: NonNullable<MeasuredNoise['noise']>): string[] {
  const { pairs, rows } = noiseTable(noise);
  const cells = [
    ['metric', 'spread', 'false alarms', ...pairs.map((count) => `${count} pairs`), 'outcome'],
    ...rows.map((row) => [row.metric, row.spread, row.falseAlarms, ...row.detectable, row.outcome]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row, index) =>
    row
      .map((cell, column) => {
        const last = column === row.length - 1;
        if (last) return index === 0 ? cell : tone(cell);
        return cell.padEnd(widths[column] ?? 0);
      })
      .join('  '),
  );
}
