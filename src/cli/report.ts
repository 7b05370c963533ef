// mettle report: makes every report file of a record again, from the record alone; or judges it by other promises.

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readComparison } from '../compare/read.ts';
import { readTrend } from '../compare/trend-read.ts';
import { MettleError } from '../kernel/errors.ts';
import { readRecord } from '../record/store.ts';
import { judgeAgain } from '../run/judge-again.ts';
import { renderNoiseAgain } from '../run/noise-report.ts';
import { writeComparisonReports, writeRunReports, writeTrendReports } from '../run/reports.ts';
import { outputOf } from './options.ts';
import type { Output } from './output.ts';
import { printRun } from './print-run.ts';

interface ReportFlags {
  readonly judge?: string;
  readonly out?: string;
  readonly history?: string;
}

export function reportCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('report')
    .summary('make the reports of a stored record again, or judge it by other promises')
    .description(
      'Makes the report files of a run or a verification again, from its stored record alone. With --judge a run is held against other promises; the record itself stays as it is.',
    )
    .argument('<record>', 'folder of a run, a verification or a trend, e.g. reports/<id>')
    .addOption(new Option('--judge <file>', 'promises: a scenario, a file with `slo:`, or OpenSLO'))
    .addOption(
      new Option('--out <dir>', 'with --judge: folder for the record with the new verdict').default(
        undefined,
        '<record>/judged-<file>',
      ),
    )
    .addOption(
      new Option('--history <dir>', 'with --judge: earlier runs that it is held against').default(
        undefined,
        'history/ beside the record',
      ),
    )
    .action(async (record: string, flags: ReportFlags) => {
      const output = outputOf(command);
      const folder = folderOf(record);
      if (flags.judge !== undefined) finish(await judgeBy(folder, flags.judge, flags, output));
      else if (flags.out !== undefined) command.error('error: --out goes with --judge');
      else if (flags.history !== undefined) command.error('error: --history goes with --judge');
      else await renderAgain(folder, output);
    });
}

async function renderAgain(folder: string, output: Output): Promise<void> {
  const report = await renderedAgain(folder);
  output.document({ report });
  output.result(report);
}

async function renderedAgain(folder: string): Promise<string> {
  const [comparison, trend] = [join(folder, 'comparison.json'), join(folder, 'trend.json')];
  if (existsSync(comparison)) {
    const document = await readComparison(comparison);
    await renderNoiseAgain(folder, document);
    return await writeComparisonReports(folder, document);
  }
  if (existsSync(trend)) return await writeTrendReports(folder, await readTrend(trend));
  return await writeRunReports(folder, await readRecord(folder));
}

async function judgeBy(
  folder: string,
  file: string,
  { out, history }: ReportFlags,
  output: Output,
): Promise<number> {
  const isTrend = existsSync(join(folder, 'trend.json'));
  if (isTrend || existsSync(join(folder, 'comparison.json'))) {
    throw new MettleError({
      code: 'JUDGE_RUN',
      message: `${folder} is a ${isTrend ? 'trend' : 'verification'}: promises are about runs`,
      hint: isTrend ? 'Name a run.' : 'Name one of its runs, e.g. <folder>/runs/<id>.',
    });
  }
  const judgedFolder = resolve(out ?? join(folder, `judged-${basename(file).replace(/\.\w+$/, '')}`));
  const { data, report } = await judgeAgain(folder, file, judgedFolder, output.progress, history);
  printRun(output, data, report);
  return data.run.verdict.exitCode;
}

/** A record may be named by its folder or by its document. */
const folderOf = (record: string): string =>
  resolve(/(run|comparison|trend)\.json$/.test(record) ? dirname(record) : record);
