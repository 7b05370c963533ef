// Reads the extension's environment: where the detector is, whether it retries, and how much its clock is scaled.

export interface Settings {
  readonly host: string;
  readonly port: number;
  /** The detector's base URL, without a slash at the end. */
  readonly detectorUrl: string;
  /** Mechanism EXTENSION_RETRIES. */
  readonly retries: boolean;
  /** All of its times are multiplied by this: 1 = as documented (1-2-4-8 s, 30 s), 0.04 = 40-80-160-320 ms, 1.2 s. */
  readonly scale: number;
}

const defaultScale = 0.04;

/** Throws an Error that names the variable when one is missing or makes no sense. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const detectorUrl = environment['DETECTOR_URL'];
  if (!detectorUrl || !URL.canParse(detectorUrl))
    throw new Error('DETECTOR_URL must be the detector’s base URL');
  const retries = environment['EXTENSION_RETRIES'] ?? 'on';
  if (retries !== 'on' && retries !== 'off') {
    throw new Error(`EXTENSION_RETRIES must be on or off, not "${retries}"`);
  }
  const scale = Number(environment['BACKOFF_SCALE'] ?? defaultScale);
  if (!(scale > 0 && scale <= 1)) throw new Error('BACKOFF_SCALE must lie above 0 and not above 1');
  const port = Number(environment['PORT'] ?? 3001);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port number');
  return {
    host: environment['HOST'] ?? '127.0.0.1',
    port,
    detectorUrl: detectorUrl.replace(/\/+$/, ''),
    retries: retries === 'on',
    scale,
  };
}
