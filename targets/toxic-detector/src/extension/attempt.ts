// One attempt: one request to the detector on a connection of its own, and what became of it.
import { request, Agent } from 'node:http';

export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** Worth another attempt: nothing came back, or the detector asked for patience. */
  | { readonly kind: 'transient'; readonly reason: string; readonly retryAfterMs: number };

export type Attempt = (path: string, body: string) => Promise<Outcome>;

/**
 * No connection is kept: on a network that loses connections a kept one is as likely dead as alive, and the request
 * that finds out has failed. It also makes attempts independent of each other.
 */
const agent = new Agent({ keepAlive: false });

const patience = new Set([408, 429, 502, 503, 504]);

function outcomeOf(status: number, retryAfter: string | undefined, body: string): Outcome {
  if (!patience.has(status)) return { kind: 'answered', status, body };
  const seconds = Number(retryAfter ?? 0);
  return {
    kind: 'transient',
    reason: `status ${status}`,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0,
  };
}

/** Attempts against the detector at `baseUrl`; each is given up after `timeoutMs`, connecting included. Never rejects. */
export function httpAttempt(baseUrl: string, timeoutMs: number): Attempt {
  return (path, body) =>
    new Promise((resolve) => {
      const fail = (reason: string): void => resolve({ kind: 'transient', reason, retryAfterMs: 0 });
      const sent = request(
        `${baseUrl}${path}`,
        {
          method: 'POST',
          agent,
          signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', (error) => fail(error.message));
          answer.on('end', () => {
            if (!answer.complete) {
              fail('the answer was cut off');
              return;
            }
            const text = Buffer.concat(chunks).toString('utf8');
            resolve(outcomeOf(answer.statusCode ?? 0, answer.headers['retry-after'], text));
          });
        },
      );
      sent.on('error', (error) =>
        fail(error.name === 'AbortError' || error.name === 'TimeoutError' ? 'timeout' : error.message),
      );
      sent.end(body);
    });
}
