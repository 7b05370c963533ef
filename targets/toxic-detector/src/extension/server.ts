// The extension's own side: what a page asks of it. POST /detect, POST /batch.
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Attempt } from './attempt.ts';
import { detectBatch, detectOne, identified, type Result } from './detector-client.ts';

const text = { type: 'string', minLength: 1, maxLength: 5_000 } as const;

const single = {
  type: 'object',
  properties: { text },
  required: ['text'],
  additionalProperties: false,
} as const;

const batch = {
  type: 'object',
  properties: { texts: { type: 'array', items: text, minItems: 1, maxItems: 100 } },
  required: ['texts'],
  additionalProperties: false,
} as const;

const pass = (reply: FastifyReply, result: Result): FastifyReply =>
  reply.code(result.status).type('application/json; charset=utf-8').send(result.body);

/** `fallback`: whether a batch that does not get through is sent as single texts. */
export function extensionServer(attempt: Attempt, fallback: boolean): FastifyInstance {
  const app = Fastify({ logger: false, ajv: { customOptions: { removeAdditional: false } } });
  // It speaks of itself alone: whether the detector can be reached is what its callers find out.
  for (const path of ['/live', '/ready', '/health']) app.get(path, () => ({ status: 'ok' }));

  app.post<{ Body: { text: string } }>('/detect', { schema: { body: single } }, async (request, reply) => {
    const [item] = identified([request.body.text]);
    if (!item) throw new Error('one text was given, no item came of it');
    return pass(reply, await detectOne(attempt, item));
  });
  app.post<{ Body: { texts: string[] } }>('/batch', { schema: { body: batch } }, async (request, reply) =>
    pass(reply, await detectBatch(attempt, identified(request.body.texts), fallback)),
  );
  return app;
}
