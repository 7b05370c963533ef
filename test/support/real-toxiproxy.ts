// A real Toxiproxy server for tests that hold the embedded proxy to it, where one can be found.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** `TOXIPROXY_BIN`, `toxiproxy-server` on the path, or what `go install` leaves; undefined when there is none. */
export function findToxiproxy(): string | undefined {
  const named = process.env['TOXIPROXY_BIN'];
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'toxiproxy-server'));
  const candidates = named === undefined ? [...onPath, join(homedir(), 'go', 'bin', 'server')] : [named];
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const missing = 'no Toxiproxy server found (TOXIPROXY_BIN, toxiproxy-server on the path, ~/go/bin/server)';
  if (process.env['METTLE_REQUIRE_ALL'] === '1' || named !== undefined) throw new Error(missing);
  console.warn(`SKIPPED: ${missing}`);
  return undefined;
}

export interface RealToxiproxy {
  readonly apiUrl: string;
  close(): Promise<void>;
}

export async function startToxiproxy(binary: string, flags: readonly string[] = []): Promise<RealToxiproxy> {
  const port = await freePort();
  const child = spawn(binary, ['-host', '127.0.0.1', '-port', String(port), ...flags], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const apiUrl = `http://127.0.0.1:${port}`;
  for (let attempt = 0; !(await answers(apiUrl)); attempt += 1) {
    if (attempt > 200 || child.exitCode !== null) throw new Error(`${binary} does not answer on ${apiUrl}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    apiUrl,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const answers = (apiUrl: string): Promise<boolean> =>
  fetch(`${apiUrl}/version`).then(
    async (response) => {
      await response.text();
      return response.ok;
    },
    () => false,
  );

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
