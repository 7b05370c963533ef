// A WebSocket server whose broadcasts go wrong to plan: what reaches whom, how often and when is arithmetic.

import type { AddressInfo } from 'node:net';
import type WebSocket from 'ws';
import { WebSocketServer } from 'ws';

/**
 * When subscriber `subscriber` (in order of subscription, from 0) gets copies of message `message` (in order of arrival,
 * from 0), in milliseconds after it was said: `[]` never, `[0]` at once, `[0, 0]` twice.
 */
export type Copies = (subscriber: number, message: number) => readonly number[];

export interface BroadcastServer {
  readonly url: string;
  /** How many have subscribed so far. */
  readonly subscribers: () => number;
  /** Breaks a subscriber's connection without a word. */
  readonly cut: (subscriber: number) => void;
  readonly close: () => Promise<void>;
}

interface Said {
  readonly type: string;
  readonly id: string;
}

/** `onCopy` is told of every copy as it is sent. `{type: subscribe, id}` is answered with `{type: subscribed, id}`; `{type: say, id}` becomes `{type: said, id}` for all. */
export async function broadcastServer(
  copies: Copies,
  onCopy: (subscriber: number, message: number) => void = () => undefined,
): Promise<BroadcastServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await new Promise((resolve) => server.once('listening', resolve));
  const subscribers: WebSocket[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let messages = 0;
  const after = (delayMs: number, what: () => void): void => {
    if (delayMs === 0) {
      what();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      what();
    }, delayMs);
    timers.add(timer);
  };
  const say = (id: string): void => {
    const copy = JSON.stringify({ type: 'said', id });
    const message = messages++;
    for (const [index, subscriber] of subscribers.entries()) {
      const send = (): void => {
        onCopy(index, message);
        subscriber.send(copy);
      };
      for (const delayMs of copies(index, message)) after(delayMs, send);
    }
  };
  server.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: Buffer) => {
      const { type, id } = JSON.parse(data.toString()) as Said;
      if (type === 'say') say(id);
      if (type !== 'subscribe') return;
      subscribers.push(socket);
      socket.send(JSON.stringify({ type: 'subscribed', id }));
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    subscribers: () => subscribers.length,
    cut: (subscriber) => subscribers[subscriber]?.terminate(),
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}

/** The steps of `watch`, as written. */
export const connectStep = { ws: 'connect /', as: 'feed', name: 'connect' };
export const subscribeStep = {
  ws: 'send feed',
  name: 'subscribe',
  json: { type: 'subscribe', id: '{{uuid}}' },
  reply: { match: { '$.type': 'subscribed' } },
};
export const sayStep = (broadcast: Record<string, unknown> = {}) => ({
  ws: 'send feed',
  name: 'say',
  json: { type: 'say', id: '{{uuid}}' },
  broadcast: { match: { '$.type': 'said' }, id: '$.id', joined: 'subscribe', ...broadcast },
});
