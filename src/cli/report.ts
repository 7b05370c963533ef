// mettle report: makes every report file of a record again, from the record alone.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readComparison } from '../compare/read.ts';
import { readRecord } from '../record/store.ts';
import { writeComparisonReports, writeRunReports } from '../run/reports.ts';
import { outputOf } from './options.ts';

export function reportCommand(program: Command): void {
  const command = program
    .command('report')
    .summary('make the reports of a stored record again')
    .description('Makes the report files of a run or a verification again, from its stored record alone.')
    .argument('<record>', 'folder of a run or of a verification, e.g. reports/<id>')
    .action(async (record: string) => {
      const output = outputOf(command);
      const folder = folderOf(record);
      const report = existsSync(join(folder, 'comparison.json'))
        ? await writeComparisonReports(folder, await readComparison(join(folder, 'comparison.json')))
        : await writeRunReports(folder, await readRecord(folder));
      output.document({ report });
      output.result(report);
    });
}

/** A record may be named by its folder or by its document. */
const folderOf = (record: string): string =>
  resolve(/(run|comparison)\.json$/.test(record) ? dirname(record) : record);
