// The parts of the promise language that this version knows of but cannot judge yet: refused, never ignored.

const laterMetrics = [
  'burn',
  'round_trip',
  'broadcast',
  'connect',
  'first_byte',
  'bytes',
  'cpu',
  'memory',
  'metric',
];

export const notSupported = (what: string): string => `${what}: not supported by this version`;

/** The message for a metric that exists in the language but not here yet, or null. */
export const laterMetric = (name: string): string | null =>
  laterMetrics.includes(name) ? notSupported(`the metric \`${name}\``) : null;

/** The message for a construct that begins at the text's start, or null. */
export function laterConstruct(rest: string): string | null {
  if (/^over\b/.test(rest)) return notSupported('windows (`over …`)');
  if (/^vs\b/.test(rest)) return notSupported('relative promises (`vs …`)');
  if (/^[/+*-]/.test(rest)) return notSupported('ratios and differences of two metrics');
  return null;
}
