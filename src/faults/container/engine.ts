// Which Docker engine faults are sent to, and the guard on it: this machine, or a host that the target allows.

import { homedir } from 'node:os';
import { join } from 'node:path';
import { MettleError } from '../../kernel/errors.ts';
import type { DockerAddress } from '../clients/docker-port.ts';
import { guardHost, resolveHost } from '../guard.ts';
import { plainHost } from '../hosts.ts';

const ownEngine = 'unix:///var/run/docker.sock';

export interface EngineRequest {
  /** `docker.host` of the target file; null: it states none. */
  readonly stated: string | null;
  /** Mettle's own environment: DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH. */
  readonly environment: NodeJS.ProcessEnv;
  /** Hosts besides loopback: the target file's `allow`. */
  readonly allow: readonly string[];
}

/**
 * What the target states, else DOCKER_HOST, else this machine's own. A name without TLS is replaced by the address that
 * was checked; with TLS the engine's certificate proves the name. Throws MettleError (exit code 2).
 */
export async function dockerEngine(
  { stated, environment, allow }: EngineRequest,
  resolve: (url: string) => Promise<readonly string[]> = resolveHost,
): Promise<DockerAddress> {
  const written = stated ?? (environment.DOCKER_HOST || ownEngine);
  const from = stated === null ? 'DOCKER_HOST' : '`docker.host`';
  if (/^unix:\/\/\/.+/.test(written)) return { host: written, certFolder: null };
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new MettleError({
      code: 'DOCKER_HOST',
      message: `${from} “${written}” cannot be used`,
      hint: 'it is written like unix:///var/run/docker.sock or tcp://127.0.0.1:2375',
    });
  }
  // `tcp:` is no scheme that URL takes names of hosts apart for; the guard speaks of the host alone.
  const addresses = await resolve(`http://${url.host}`);
  guardHost(plainHost(url.hostname), addresses, allow);
  if ((environment.DOCKER_TLS_VERIFY ?? '') !== '' || url.protocol === 'https:') {
    const certFolder = environment.DOCKER_CERT_PATH || join(homedir(), '.docker');
    return { host: written, certFolder };
  }
  const [address = ''] = addresses;
  const host = address.includes(':') ? `[${address}]` : address;
  return { host: `tcp://${host}:${url.port === '' ? 2375 : url.port}`, certFolder: null };
}
