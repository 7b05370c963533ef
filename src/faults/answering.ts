// Which of a host's checked addresses to use where only one can be given: the first that accepts a connection.

import { connect } from 'node:net';

const withinMs = 1_000;

/** The first of all when none accepts, so that whoever connects says why. Throws when there is none to choose from. */
export async function answeringAddress(
  addresses: readonly string[],
  port: number,
  accepts: (address: string, port: number) => Promise<boolean> = acceptsConnection,
): Promise<string> {
  const [first, ...others] = addresses;
  if (first === undefined) throw new Error('there is no address to connect to');
  if (others.length === 0) return first;
  for (const address of addresses) {
    if (await accepts(address, port)) return address;
  }
  return first;
}

function acceptsConnection(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (accepted: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    };
    const timer = setTimeout(() => finish(false), withinMs);
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}
