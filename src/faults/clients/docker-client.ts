// Making a dockerode client from an address. Apart, because dockerode is heavy and few commands need it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { messageOf, MettleError } from '../../kernel/errors.ts';
import type { DockerAddress } from './docker-port.ts';

/** Throws DOCKER_HOST (exit code 2) for an address that is none. */
export async function createClient({ host, certFolder }: DockerAddress): Promise<Docker> {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (socketPath !== undefined) return new Docker({ socketPath });
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url === undefined || !['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    throw new MettleError({
      code: 'DOCKER_HOST',
      message: `DOCKER_HOST “${host}” cannot be used`,
      hint: 'it is written like unix:///var/run/docker.sock or tcp://127.0.0.1:2375',
    });
  }
  const port = Number(url.port === '' ? (certFolder === null ? 2375 : 2376) : url.port);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  if (certFolder === null) return new Docker({ host: name, port, protocol: 'http' });
  const read = (file: string): Promise<Buffer> =>
    readFile(join(certFolder, file)).catch((error: unknown) => {
      throw new MettleError({
        code: 'DOCKER_HOST',
        message: `${file} for the Docker engine cannot be read: ${messageOf(error)}`,
        hint: 'DOCKER_CERT_PATH holds ca.pem, cert.pem and key.pem',
      });
    });
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  return new Docker({ host: name, port, protocol: 'https', ca, cert, key });
}
