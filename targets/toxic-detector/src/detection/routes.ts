// POST /api/extension/detect, /api/extension/batch-detect
import type { FastifyInstance } from 'fastify';
import { platforms } from '../database/sample-rows.ts';
import type { Detection, DetectionRequest } from './detection-service.ts';

const longestText = 5_000;
const largestBatch = 100;

const item = {
  type: 'object',
  properties: {
    // PostgreSQL stores no NUL in text.
    text: { type: 'string', minLength: 1, maxLength: longestText, pattern: '^[^\\u0000]*$' },
    id: { type: 'string', format: 'uuid' },
    platform: { type: 'string', enum: platforms },
  },
  required: ['text'],
  additionalProperties: false,
} as const;

const batch = {
  type: 'object',
  properties: { items: { type: 'array', items: item, minItems: 1, maxItems: largestBatch } },
  required: ['items'],
  additionalProperties: false,
} as const;

type Detect = (requests: readonly DetectionRequest[]) => Promise<Detection[]>;

const shown = ({ id, prediction, confidence }: Detection) => ({ id, prediction, confidence });

export function detectionRoutes(app: FastifyInstance, detect: Detect): void {
  app.post<{ Body: DetectionRequest }>(
    '/api/extension/detect',
    { schema: { body: item } },
    async (request) => {
      const [detection] = await detect([request.body]);
      if (!detection) throw new Error('one text was given, no detection came back');
      return shown(detection);
    },
  );
  app.post<{ Body: { items: DetectionRequest[] } }>(
    '/api/extension/batch-detect',
    { schema: { body: batch } },
    async (request) => ({ results: (await detect(request.body.items)).map(shown) }),
  );
}
