// mettle slo: the catalogue of promises and the metrics, and promises as OpenSLO, both ways.

import type { Command } from 'commander';
import { stringify } from 'yaml';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/units.ts';
import { listCatalogue, showEntry, type ShownEntry } from '../scenario/catalogue-show.ts';
import type { Plain } from '../scenario/experiment-schema.ts';
import { loadScenario } from '../scenario/load.ts';
import { describedMetrics } from '../scenario/metric-words.ts';
import { openSloExportNotes } from '../scenario/openslo-export-notes.ts';
import { openSloOf, openSloText } from '../scenario/openslo-export.ts';
import { loadOpenSlo } from '../scenario/openslo-promises.ts';
import { collect, outputOf } from './options.ts';

export function sloCommand(program: Command): void {
  const slo = program.command('slo').summary('promises: the catalogue, the metrics, and OpenSLO in and out');
  addList(slo);
  addShow(slo);
  addImport(slo);
  addExport(slo);
}

function addList(slo: Command): void {
  const list = slo
    .command('list')
    .summary('the catalogue of promises, and every metric that can be promised')
    .action(async () => {
      const output = outputOf(list);
      const [catalogue, metrics] = [await listCatalogue(), describedMetrics()];
      output.document({ catalogue, metrics });
      output.result('Catalogue (`slo: [ use: <name> ]`; `mettle slo show <name>` tells its promises):');
      const entries = catalogue.map(({ name, about }) => [name, firstSentence(about)]);
      for (const line of columns(entries)) output.result(line);
      output.result('Metrics:');
      const rows = metrics.map(({ written, unit, better, about }) => [
        written,
        unit,
        better === null ? 'as promised' : `${better} is better`,
        about,
      ]);
      for (const line of columns(rows)) output.result(line);
    });
}

function addShow(slo: Command): void {
  const show = slo
    .command('show')
    .summary('the promises that an entry of the catalogue stands for')
    .argument('<entry>', 'a name of the catalogue, or a path to a file like its own')
    .option('--with <key=value>', 'a parameter; may be repeated', collect)
    .action(async (entry: string, flags: { readonly with?: readonly string[] }) => {
      const output = outputOf(show);
      const shown = await showEntry(entry, parametersOf(flags.with ?? []));
      output.document(shown);
      for (const line of linesOf(shown)) output.result(line);
    });
}

function addImport(slo: Command): void {
  const command = slo
    .command('import')
    .summary('print the promises of an OpenSLO file as a `slo:` block')
    .argument('<file>', 'documents of `apiVersion: openslo/v1`')
    .action(async (file: string) => {
      const output = outputOf(command);
      const { slo: promises, notes } = await loadOpenSlo(file);
      for (const note of notes) output.progress(note);
      output.document({ slo: promises });
      output.result(stringify({ slo: promises }, { lineWidth: 0 }).trimEnd());
    });
}

function addExport(slo: Command): void {
  const command = slo
    .command('export')
    .summary('print the promises of a scenario as OpenSLO')
    .argument('<scenario>', 'a scenario file')
    .action(async (file: string) => {
      const output = outputOf(command);
      const { scenario, target, warnings } = await loadScenario(file);
      for (const warning of warnings) output.progress(warning);
      if (scenario.slo.length === 0) throw refuse(`${file} has no promises`);
      for (const note of openSloExportNotes(scenario.slo)) output.progress(note);
      const documents = openSloOf({ ...scenario, service: target.name });
      output.document(documents);
      output.result(openSloText(documents).trimEnd());
    });
}

const refuse = (message: string, hint?: string): MettleError =>
  new MettleError({ code: 'SLO_USAGE', message, hint, exitCode: exitCodes.usage });

function parametersOf(texts: readonly string[]): Record<string, Plain> {
  return Object.fromEntries(
    texts.map((text): [string, Plain] => {
      const equals = text.indexOf('=');
      if (equals < 1) throw refuse(`--with ${text}: expected key=value`, 'e.g. --with series=query');
      return [text.slice(0, equals).trim(), plainIn(text.slice(equals + 1).trim())];
    }),
  );
}

const plainIn = (text: string): Plain => (text === 'true' || text === 'false' ? text === 'true' : text);

function linesOf({ name, about, source, parameters, promises }: ShownEntry): string[] {
  const described = parameters.map(({ name: key, about: words, default: value, required }) => [
    key,
    required ? 'required' : value === null ? 'optional' : `default: ${String(value)}`,
    words,
  ]);
  const promised = promises.map((one) => [one.id, one.promise, conditionsOf(one), one.source]);
  return [
    `${name}: ${about}`,
    `Source: ${source}`,
    ...(described.length === 0 ? [] : ['Parameters:', ...columns(described)]),
    'Promises:',
    ...columns(promised),
  ];
}

function conditionsOf({ severity, when, unless, loadMicros }: ShownEntry['promises'][number]): string {
  return [
    severity,
    ...when.map((name) => `with ${name}`),
    ...unless.map((name) => `without ${name}`),
    ...(loadMicros === null ? [] : [`needs ${formatDuration(loadMicros)} of load`]),
  ].join(', ');
}

const firstSentence = (text: string): string => /^[^]*?\.(?=\s|$)/.exec(text)?.[0] ?? text;

/** Two blanks in front of each row and between its columns. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
