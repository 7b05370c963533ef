// Quantities with units: the branded types, and the only place where text becomes a quantity and back.

declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Integer microseconds. */
export type Micros = Quantity<'µs'>;
export type PerSecond = Quantity<'1/s'>;

const micros = (value: number): Micros => Math.round(value) as Micros;
const perSecond = (value: number): PerSecond => value as PerSecond;
export const millisToMicros = (value: number): Micros => micros(value * 1000);
export const secondsToMicros = (value: number): Micros => micros(value * 1_000_000);
export const microsToSeconds = (value: number): number => value / 1_000_000;

const durationUnitsInMicros: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
};

/** `300ms`, `1.5s`, `2m`, `1h`, also sums such as `1m30s`. Undefined when the text is not a duration. */
export function parseDuration(text: string): Micros | undefined {
  const trimmed = text.trim();
  const part = /(\d+(?:\.\d+)?)\s*(us|µs|ms|min|s|m|h)/gy;
  let total = 0;
  let end = 0;
  for (let match = part.exec(trimmed); match !== null; match = part.exec(trimmed)) {
    total += Number(match[1]) * (durationUnitsInMicros[match[2] ?? ''] ?? Number.NaN);
    end = part.lastIndex;
  }
  return end === trimmed.length && end > 0 ? micros(total) : undefined;
}

/** `50/s`, `1200/m`, `0.5/s`. Undefined when the text is not a rate. */
export function parseRate(text: string): PerSecond | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m|min|h)$/.exec(text.trim());
  if (match === null) return undefined;
  return perSecond((Number(match[1]) * 1_000_000) / (durationUnitsInMicros[match[2] ?? ''] ?? Number.NaN));
}

/** `1%`, `99.9%` as a share between 0 and 1 (or above). Undefined when the text is not a percentage. */
export function parseShare(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  return match === null ? undefined : Number(match[1]) / 100;
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Three significant digits at most: `850µs`, `12.3ms`, `2.5s`, `3m20s`. */
export function formatDuration(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  if (size < 1_000) return `${sign}${Math.round(size)}µs`;
  if (size < 999_500) return `${sign}${significant(size / 1_000)}ms`;
  if (size < 120_000_000) return `${sign}${significant(size / 1_000_000)}s`;
  const minutes = Math.floor(size / 60_000_000);
  const seconds = Math.round((size - minutes * 60_000_000) / 1_000_000);
  return seconds === 0 ? `${sign}${minutes}m` : `${sign}${minutes}m${seconds}s`;
}

export function formatRate(value: number): string {
  return `${significant(value)}/s`;
}

/** A share as a percentage, with enough digits that 99.95 % and 100 % differ. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = percent > 99 && percent < 100 ? 3 : percent < 1 ? 3 : 2;
  return `${trimZeros(percent.toFixed(digits))}%`;
}

const sizeUnitsInBytes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};

/** `512B`, `64KiB`, `1.5MiB` in whole bytes. Undefined when the text is not a size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)$/.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (sizeUnitsInBytes[match[2] ?? ''] ?? Number.NaN));
}

const byteRateUnitsInBytes: Readonly<Record<string, number>> = {
  ...sizeUnitsInBytes,
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
};

/** `500KB/s`, `1.5MB/s` (of 1,000), `64KiB/s` (of 1,024) in whole bytes per second. Undefined when the text is no such rate. */
export function parseByteRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|KiB|MiB|GiB)\/s$/.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (byteRateUnitsInBytes[match[2] ?? ''] ?? Number.NaN));
}

/** As networks count, in thousands: `850B/s`, `97.3KB/s`, `1.2MB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  if (bytesPerSecond < 999.5) return `${Math.round(bytesPerSecond)}B/s`;
  if (bytesPerSecond < 999_500) return `${significant(bytesPerSecond / 1_000)}KB/s`;
  if (bytesPerSecond < 999_500_000) return `${significant(bytesPerSecond / 1_000_000)}MB/s`;
  return `${significant(bytesPerSecond / 1_000_000_000)}GB/s`;
}

export function formatSize(bytes: number): string {
  if (bytes < 1_024) return `${Math.round(bytes)}B`;
  if (bytes < 1_048_576) return `${significant(bytes / 1_024)}KiB`;
  if (bytes < 1_073_741_824) return `${significant(bytes / 1_048_576)}MiB`;
  return `${significant(bytes / 1_073_741_824)}GiB`;
}

/** Three significant digits, without exponent and without trailing zeros. */
export function significant(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '-∞' : 'NaN';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return trimZeros(value.toFixed(Math.min(digits, 12)));
}
