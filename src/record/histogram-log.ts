// latency.hlog: one HdrHistogram log (v1.3) for all series of a run; the tag is `<series>:<kind>`, percent-encoded.
// Source of the format: HdrHistogram's log documentation; any of its readers can open the file.

import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import { encodeHistogram } from '../measure/histogram.ts';
import { histogramKinds, type Slice } from '../measure/slice.ts';

export interface LoggedHistogram {
  readonly series: string;
  readonly kind: (typeof histogramKinds)[number];
  readonly startMicros: number;
  /** As made by `encodeHistogram`. */
  readonly pairs: Uint32Array;
}

const seconds = (valueMicros: number): string => (valueMicros / 1_000_000).toFixed(6);

/** Values are microseconds; Interval_Max is printed in milliseconds, as the format's tools expect. */
export function formatHistogramLog(slices: readonly Slice[], startedAt: string): string {
  const startSeconds = (Date.parse(startedAt) / 1000).toFixed(3);
  const lines = [
    '#[Histogram log format version 1.3]',
    '#[Values are microseconds; tags are <series>:<kind>, percent-encoded]',
    `#[StartTime: ${startSeconds} (seconds since epoch), ${startedAt}]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ];
  for (const slice of slices) {
    for (const kind of histogramKinds) {
      const histogram = slice.histograms[kind];
      if (histogram === undefined || histogram.totalCount === 0) continue;
      const tag = `${encodeURIComponent(slice.series)}:${kind}`;
      const length = seconds(slice.endMicros - slice.startMicros);
      const max = (histogram.maxValue / 1000).toFixed(3);
      const body = encodeIntoCompressedBase64(histogram);
      lines.push(`Tag=${tag},${seconds(slice.startMicros)},${length},${max},${body}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Throws MettleError RECORD_CORRUPT naming the line. */
export function parseHistogramLog(text: string, file: string): LoggedHistogram[] {
  const found: LoggedHistogram[] = [];
  text.split('\n').forEach((line, index) => {
    if (line === '' || line.startsWith('#') || line.startsWith('"')) return;
    const match = /^Tag=([^,:]+):(\w+),([\d.]+),[\d.]+,[\d.]+,(\S+)$/.exec(line);
    const kind = histogramKinds.find((known) => known === match?.[2]);
    if (match?.[1] === undefined || kind === undefined) throw corrupt(file, index + 1);
    try {
      found.push({
        series: decodeURIComponent(match[1]),
        kind,
        startMicros: Math.round(Number(match[3]) * 1_000_000),
        pairs: encodeHistogram(decodeFromCompressedBase64(match[4] ?? '', 32, false)),
      });
    } catch (error) {
      throw corrupt(file, index + 1, error);
    }
  });
  return found;
}

function corrupt(file: string, line: number, cause?: unknown): MettleError {
  return new MettleError({
    code: 'RECORD_CORRUPT',
    message: `${file}:${line}: not a line of a Mettle histogram log`,
    hint: 'The record is damaged; repeat the run.',
    exitCode: exitCodes.usage,
    cause,
  });
}
