// mettle chaos proxy: the embedded Toxiproxy-compatible proxy on its own, until it is told to stop.

import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { messageOf, MettleError } from '../kernel/errors.ts';
import { startProxyThread } from '../proxy/start-thread.ts';
import { interruptible, untilAborted } from './interrupt.ts';
import { outputOf, portNumber } from './options.ts';
import type { Output } from './output.ts';

interface ProxyFlags {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly config?: string;
  readonly proxyMetrics?: boolean;
}

export function addProxy(chaos: Command): void {
  const command = chaos
    .command('proxy')
    .summary('the embedded Toxiproxy-compatible proxy, until Ctrl-C')
    .description(
      'Runs the embedded proxy with Toxiproxy’s REST API, for any Toxiproxy client, until Ctrl-C or SIGTERM. ' +
        'It binds to loopback unless --host says otherwise; whoever reaches the API can make it relay to anywhere.',
    )
    .option('--host <address>', 'address of its API', '127.0.0.1')
    .option('--port <port>', 'port of its API; 0: any free one', portNumber, 8474)
    .option('--seed <n>', 'decides which connections a toxicity below 1 hits', seedNumber, 1)
    .option(
      '--config <file>',
      'JSON file of proxies to begin with: [{ "name", "listen", "upstream", "enabled" }]',
    )
    .option('--proxy-metrics', 'bytes of each proxy at GET /metrics, for Prometheus')
    .action(async (flags: ProxyFlags) => {
      const output = outputOf(command);
      const wanted = flags.config === undefined ? undefined : await readConfig(flags.config);
      await interruptible(
        () => undefined,
        (signal) => serve(flags, wanted, output, signal),
      );
    });
}

function seedNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError(`"${text}" is not a whole number from 0.`);
  return value;
}

async function serve(
  { host, port, seed, config = '', proxyMetrics: metrics = false }: ProxyFlags,
  wanted: string | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  let died: ((error: MettleError) => void) | undefined;
  const death = new Promise<MettleError>((resolve) => (died = resolve));
  const proxy = await startProxyThread({ host, port, seed, metrics, onDeath: (error) => died?.(error) });
  try {
    const proxies = wanted === undefined ? [] : await populate(proxy.apiUrl, wanted, config);
    output.document({ api: proxy.apiUrl, proxies });
    output.result(`fault proxy: API on ${proxy.apiUrl}; Ctrl-C stops it`);
    for (const { name, listen, upstream, enabled } of proxies)
      output.result(`  ${name}: ${listen} to ${upstream}${enabled ? '' : ' (disabled)'}`);
    const error = await Promise.race([death, untilAborted(signal)]);
    if (error !== undefined) throw error;
  } finally {
    await proxy.close();
  }
}

/** The text of the file, as JSON. Throws CONFIG (exit code 2). */
async function readConfig(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    JSON.parse(text);
    return text;
  } catch (error) {
    throw configError(path, messageOf(error));
  }
}

interface Populated {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
}

/** By the API's own /populate, so that a file means here what it means to every client. Throws CONFIG (exit code 2). */
async function populate(apiUrl: string, body: string, path: string): Promise<readonly Populated[]> {
  // The proxy may listen on every interface, by an address that is none to connect to.
  const here = apiUrl.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  const response = await fetch(`${here}/populate`, { method: 'POST', body });
  const answer = (await response.json()) as {
    readonly proxies?: readonly Populated[];
    readonly error?: string;
  };
  if (response.ok) return answer.proxies ?? [];
  throw configError(path, answer.error ?? `status ${response.status}`);
}

const configError = (path: string, why: string): MettleError =>
  new MettleError({
    code: 'CONFIG',
    message: `${path}: the proxies cannot be made: ${why}`,
    hint: 'expected [{ "name": "db", "listen": "127.0.0.1:5433", "upstream": "127.0.0.1:5432" }]',
  });
