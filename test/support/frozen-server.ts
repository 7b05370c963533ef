// A target that hangs whole: a process that listens, then is stopped, so that the kernel accepts until its queue is full.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface FrozenServer {
  readonly url: string;
  close(): Promise<void>;
}

const program = `
const server = require('node:net').createServer(() => {});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4 }, () => console.log(server.address().port));
setTimeout(() => process.exit(0), 120_000);
`;

export async function startFrozenServer(): Promise<FrozenServer> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  return {
    url: `http://127.0.0.1:${port.toString().trim()}`,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
