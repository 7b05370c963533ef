// Every error answer has one shape, and none of them tells what the inside looks like.
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';

export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;
  /** Seconds, for answers that say when to come back. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const connectionErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND']);
/** PostgreSQL: connection exceptions, too many connections, shutting down, statement timeout. */
const unavailableStates = /^(08...|53300|57P0\d|57014)$/;
/** pg reports these without a code. */
const unavailableMessages = /timeout|terminated|Client has encountered a connection error/i;

/** True for a database that cannot be reached or does not answer, false for a mistake of ours. */
function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (connectionErrors.has(code) || unavailableStates.test(code)) return true;
  return code === '' && error.name === 'Error' && unavailableMessages.test(error.message);
}

function send(reply: FastifyReply, error: ServiceError): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  return reply.code(error.status).send({ error: { code: error.code, message: error.message } });
}

/** What an error looks like from outside; null = unexpected, worth a line in the log. */
function asServiceError(error: FastifyError | Error): ServiceError | null {
  if (error instanceof ServiceError) return error;
  if ('validation' in error) return new ServiceError(400, 'invalid_request', error.message);
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500) return new ServiceError(status, 'invalid_request', error.message);
  if (isDatabaseUnavailable(error)) {
    return new ServiceError(503, 'database_unavailable', 'the database does not answer', 1);
  }
  return null;
}

export function answerErrors(app: FastifyInstance, log: (line: string) => void): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = asServiceError(error);
    if (!known) log(`${request.method} ${request.routeOptions.url ?? '?'}: ${error.stack ?? error.message}`);
    return send(reply, known ?? new ServiceError(500, 'internal', 'something went wrong on our side'));
  });
  app.setNotFoundHandler((_request, reply) =>
    send(reply, new ServiceError(404, 'not_found', 'there is nothing at this address')),
  );
}
