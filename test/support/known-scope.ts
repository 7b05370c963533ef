// Servers that a test of load opens: closed when it is over.

import { afterEach } from 'vitest';

interface Closable {
  close(): Promise<void>;
}

const opened: Closable[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

export async function known<Server extends Closable>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  opened.push(server);
  return server;
}
