// The browser extension as a process: takes texts from a page, asks the detector over a network that may be poor.
import { setTimeout as sleep } from 'node:timers/promises';
import { onStopSignal } from '../shutdown.ts';
import { httpAttempt } from './attempt.ts';
import { timeoutMs } from './backoff.ts';
import { withRetries } from './retries.ts';
import { extensionServer } from './server.ts';
import { readSettings } from './settings.ts';

const log = (line: string): void => void process.stderr.write(`extension: ${line}\n`);

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const once = httpAttempt(settings.detectorUrl, timeoutMs * settings.scale);
  const attempt = settings.retries
    ? withRetries(once, settings.scale, { sleep: (delayMs) => sleep(delayMs), random: Math.random })
    : once;
  const server = extensionServer(attempt, settings.retries);
  onStopSignal(log, [() => server.close()]);
  await server.listen({ host: settings.host, port: settings.port });
  log(`listening on ${settings.host}:${settings.port}, retries ${settings.retries ? 'on' : 'off'}`);
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
