// Who may pass: a bearer token that is valid and not revoked, or (for the dashboard) its read-only key.
import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../errors.ts';
import type { AccessTokens, Identity } from './access-tokens.ts';
import type { Blacklist } from './blacklist.ts';

export interface Guard {
  /** A Fastify hook: answers 401 without a valid token. */
  readonly requireUser: (request: FastifyRequest) => Promise<void>;
  /** A Fastify hook: a valid token or the dashboard's key. */
  readonly requireReader: (request: FastifyRequest) => Promise<void>;
  /** Who is behind the request. Throws a ServiceError (401). */
  identify(request: FastifyRequest): Promise<Identity>;
}

const sameText = (left: string, right: string): boolean => {
  const [leftBytes, rightBytes] = [Buffer.from(left), Buffer.from(right)];
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
};

export function guard(tokens: AccessTokens, revoked: Blacklist, dashboardKey: string): Guard {
  const identify = async (request: FastifyRequest): Promise<Identity> => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    const identity = scheme?.toLowerCase() === 'bearer' && token ? await tokens.verify(token) : null;
    if (!identity || (await revoked.has(identity.tokenId))) {
      throw new ServiceError(401, 'unauthorized', 'a valid access token is needed');
    }
    return identity;
  };
  return {
    identify,
    async requireUser(request) {
      await identify(request);
    },
    async requireReader(request) {
      const key = request.headers['x-api-key'];
      if (typeof key === 'string' && sameText(key, dashboardKey)) return;
      await identify(request);
    },
  };
}
