// A record's folder: written atomically, validated when read.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, exitCodes, MettleError } from '../kernel/errors.ts';
import { openLater } from '../measure/encoded-histograms.ts';
import type { Slice } from '../measure/slice.ts';
import type { SliceDelta } from '../measure/snapshot.ts';
import { writableFolder, writeFileAtomic } from './atomic.ts';
import type { RunData } from './data.ts';
import { formatEvents, parseEvents } from './events.ts';
import { formatHistogramLog, parseHistogramLog } from './histogram-log.ts';
import { formatVersion, type RunRecord, runRecordSchema } from './schema.ts';
import { formatScrapes, parseScrapes } from './scrapes.ts';
import { unreadable } from './unreadable.ts';

const files = {
  run: 'run.json',
  latency: 'latency.hlog',
  events: 'events.ndjson',
  scrapes: 'scrapes.ndjson',
} as const;

export const formatDocument = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** Creates the folder and leaves a record in it that says `interrupted`: what a crash leaves behind. */
export async function beginRecord(folder: string, run: RunRecord): Promise<void> {
  await writableFolder(folder);
  await writeFileAtomic(join(folder, files.run), formatDocument(run));
}

/** Measurements first, run.json last: a run.json with a verdict always has its data beside it. */
export async function writeRecord(folder: string, data: RunData): Promise<void> {
  await writeFileAtomic(join(folder, files.latency), formatHistogramLog(data.slices, data.run.startedAt));
  await writeFileAtomic(join(folder, files.events), formatEvents(data.slices));
  if (data.scrapes !== undefined)
    await writeFileAtomic(join(folder, files.scrapes), formatScrapes(data.scrapes));
  await writeFileAtomic(join(folder, files.run), formatDocument(data.run));
}

/**
 * Reads a record's folder (or its run.json). Throws MettleError RECORD_NOT_FOUND, RECORD_VERSION or RECORD_CORRUPT.
 */
export async function readRecord(path: string): Promise<RunData> {
  const folder = path.endsWith(files.run) ? path.slice(0, -files.run.length - 1) || '.' : path;
  const run = await readRun(folder);
  const begun = run.load.elapsedMicros > 0;
  const log = await readOptional(join(folder, files.latency), begun);
  const events = parseEvents(
    await readOptional(join(folder, files.events), begun),
    join(folder, files.events),
  );
  const encoded = new Map<string, SliceDelta['histograms']>();
  for (const { series, kind, startMicros, pairs } of parseHistogramLog(log, join(folder, files.latency))) {
    const key = `${startMicros} ${series}`;
    encoded.set(key, { ...encoded.get(key), [kind]: pairs });
  }
  const slices: Slice[] = events.map((event) => ({
    ...event,
    histograms: openLater(encoded.get(`${event.startMicros} ${event.series}`) ?? {}),
  }));
  return { run, slices, ...(await readScrapes(folder, run)) };
}

/** Only a run whose target was scraped has them. */
async function readScrapes(folder: string, run: RunRecord): Promise<Pick<RunData, 'scrapes'>> {
  if (run.scraping === undefined) return {};
  const file = join(folder, files.scrapes);
  return { scrapes: parseScrapes(await readOptional(file, true), file) };
}

/** The document alone, without its measurements. Throws as `readRecord` does. */
export async function readRun(folder: string): Promise<RunRecord> {
  const file = join(folder, files.run);
  return parseRun(await readText(file, folder), file);
}

function parseRun(text: string, file: string): RunRecord {
  const document = parseJson(text, file);
  const version = typeof document === 'object' && document !== null && 'formatVersion' in document;
  if (version && document.formatVersion !== formatVersion) {
    throw new MettleError({
      code: 'RECORD_VERSION',
      message: `${file}: format version ${JSON.stringify(document.formatVersion)}; this Mettle reads ${formatVersion}`,
      hint: 'Read it with the version of Mettle that wrote it.',
      exitCode: exitCodes.usage,
    });
  }
  const run = runRecordSchema.safeParse(document);
  if (run.success) return run.data;
  const issue = run.error.issues[0];
  throw new MettleError({
    code: 'RECORD_CORRUPT',
    message: `${file}: not a Mettle run record: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    hint: 'Give the folder of a run, e.g. reports/<run id>.',
    exitCode: exitCodes.usage,
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MettleError({
      code: 'RECORD_CORRUPT',
      message: `${file}: not JSON`,
      hint: 'The record is damaged; repeat the run.',
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}

async function readText(file: string, asked: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR')
      throw unreadable('RECORD_CORRUPT', file, error);
    throw new MettleError({
      code: 'RECORD_NOT_FOUND',
      message: `no record at ${asked}`,
      hint: 'Give the folder of a run, e.g. reports/<run id>.',
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}

/** Only a run that never began to measure has none of these files. */
async function readOptional(file: string, needed: boolean): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw unreadable('RECORD_CORRUPT', file, error);
    if (!needed) return '';
    throw new MettleError({
      code: 'RECORD_CORRUPT',
      message: `${file} is missing: the record has no measurements any more`,
      hint: 'Repeat the run.',
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}
