// A PostgreSQL server of the user's own: each run gets a schema that Mettle creates and drops, and nothing else.

import { randomBytes } from 'node:crypto';
import { exitCodes, MettleError } from '../kernel/errors.ts';
import type { Tracker } from '../kernel/ports.ts';
import type { DatabaseServer, PrepareData, RunDatabase } from './database.ts';
import { isAllowedHost } from './host-rules.ts';
import { createReleases } from './release.ts';
import { createSchema, dropSchema, settleSchema } from './postgres-admin.ts';
import { addressOf, withSchema } from './postgres-url.ts';

/**
 * `variable` names the environment variable that held `url`; only the name is journalled, never the password.
 * `allow`: hosts besides loopback. Throws HOST_NOT_ALLOWED (exit code 2).
 */
export function useOwnPostgres(
  variable: string,
  url: string,
  allow: readonly string[],
  tracker: Tracker,
): DatabaseServer {
  const address = addressOf(url, variable);
  if (!isAllowedHost(address.host, allow)) throw notAllowed(variable, address.host);
  return {
    address,
    process: null,
    /**
     * Schemas cannot be copied as databases can, so `prepare` runs again for every run: slower, and as true.
     */
    fresh: async (_variant: string, prepare: PrepareData): Promise<RunDatabase> => {
      const schema = `mettle_${randomBytes(6).toString('hex')}`;
      const tracked = await tracker.track({
        kind: 'schema',
        describe: `schema ${schema} in the database of ${variable}`,
        data: { urlVariable: variable, schema },
      });
      const drop = async (): Promise<void> => {
        await dropSchema(url, schema);
        await tracked.released();
      };
      const releases = createReleases();
      releases.add(drop);
      try {
        await createSchema(url, schema);
        await tracked.applied({});
        await prepare(withSchema(url, schema));
        await settleSchema(url, schema);
      } catch (error) {
        return await releases.letGoAfter(error);
      }
      return { url: withSchema(url, schema), drop };
    },
    // The server is not ours to stop, and every run has dropped its schema.
    stop: () => Promise.resolve(),
  };
}

function notAllowed(variable: string, host: string): MettleError {
  return new MettleError({
    code: 'HOST_NOT_ALLOWED',
    message: `${variable} points at ${host}, which is neither this machine nor in the target file's \`allow\``,
    hint: `add \`allow: ["${host}"]\` to the target file if that server may be loaded, or unset ${variable}`,
    exitCode: exitCodes.usage,
  });
}
