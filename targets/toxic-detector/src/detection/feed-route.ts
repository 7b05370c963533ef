// ws /api/feed: subscribe, be answered, then hear of every prediction; pings both ways.
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from '@fastify/websocket';
import type { Feed, Subscriber } from './feed.ts';

const heartbeatMs = 15_000;
/** A subscriber that reads this much too slowly is let go: the feed is bounded for everybody. */
const mostBufferedBytes = 1 << 20;
const tryAgainLater = 1013;

type FeedRequest = {
  readonly type: 'subscribe' | 'unsubscribe' | 'ping';
  readonly id: string | number | null;
};

/** null for what is no message of the feed's. */
export function parseFeedRequest(text: string): FeedRequest | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof message !== 'object' || message === null || !('type' in message)) return null;
  const { type } = message;
  if (type !== 'subscribe' && type !== 'unsubscribe' && type !== 'ping') return null;
  const id = 'id' in message ? message.id : null;
  if (id !== null && typeof id !== 'string' && typeof id !== 'number') return null;
  return { type, id };
}

const replies = { subscribe: 'subscribed', unsubscribe: 'unsubscribed', ping: 'pong' } as const;

/** A peer that is gone without a word is noticed by the ping that it does not answer. */
function keepAlive(socket: WebSocket): void {
  let answered = true;
  const timer = setInterval(() => {
    if (answered) socket.ping();
    else socket.terminate();
    answered = false;
  }, heartbeatMs);
  socket.on('pong', () => (answered = true));
  socket.on('close', () => clearInterval(timer));
}

function serve(socket: WebSocket, feed: Feed): void {
  const subscriber: Subscriber = {
    send(message) {
      if (socket.bufferedAmount > mostBufferedBytes) socket.close(tryAgainLater, 'too slow');
      else socket.send(message);
    },
  };
  const leave = (): void => feed.unsubscribe(subscriber);
  keepAlive(socket);
  socket.on('close', leave);
  socket.on('error', () => socket.terminate());
  socket.on('message', (data: Buffer) => {
    const request = parseFeedRequest(data.toString('utf8'));
    if (!request) {
      socket.send(JSON.stringify({ type: 'error', code: 'invalid_message' }));
      return;
    }
    // The reply goes out first: nobody is sent a prediction before being told that they are subscribed.
    socket.send(JSON.stringify({ type: replies[request.type], id: request.id }));
    if (request.type === 'subscribe') feed.subscribe(subscriber);
    if (request.type === 'unsubscribe') leave();
  });
}

export function feedRoute(app: FastifyInstance, feed: Feed): void {
  app.get('/api/feed', { websocket: true }, (socket) => serve(socket, feed));
}
