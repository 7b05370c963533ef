// Stands in front of a Toxiproxy server and writes down everything that is asked of it.

import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface RecordingToxiproxy {
  readonly apiUrl: string;
  /** `POST /proxies`, in the order of arrival. */
  readonly calls: string[];
  close(): Promise<void>;
}

export async function recordingToxiproxy(behind: string): Promise<RecordingToxiproxy> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    calls.push(`${method} ${url}`);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      fetch(behind + url, { method, ...(body.length === 0 ? {} : { body }) }).then(
        async (answer) => response.writeHead(answer.status).end(await answer.text()),
        () => response.destroy(),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
