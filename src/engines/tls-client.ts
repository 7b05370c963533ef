// TLS as a scenario sets it: certificates are read and prepared once per thread, not once per connection.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import { MettleError, messageOf } from '../kernel/errors.ts';
import type { EngineEnvironment } from './engine.ts';
import { defaultTlsSettings } from './settings.ts';

type TlsEnvironment = Pick<EngineEnvironment, 'tls' | 'file' | 'env' | 'templates'>;

/**
 * What `tls.connect` is given besides the connection. No session is ever offered, so every new connection makes a full
 * handshake, whatever the server would allow: its cost does not depend on who connected before.
 */
export type TlsClient = (hostname: string) => ConnectionOptions;

function contentOf(
  kind: string,
  written: string | null,
  file: (written: string) => string,
): Buffer | undefined {
  if (written === null) return undefined;
  try {
    return readFileSync(file(written));
  } catch (thrown) {
    throw new MettleError({
      code: 'TLS_FILE',
      message: `tls.${kind}: "${written}" cannot be read (${messageOf(thrown)})`,
      hint: 'Paths are relative to the scenario file.',
      cause: thrown,
    });
  }
}

function passphraseOf({ tls, templates, env }: TlsEnvironment): string | undefined {
  if (tls.passphrase === null) return undefined;
  const value = (path: string): unknown => (path.startsWith('env.') ? env[path.slice(4)] : undefined);
  return templates.text(tls.passphrase).render({ get: value, set: () => undefined });
}

function contextOf(environment: TlsEnvironment): SecureContext {
  const { tls, file } = environment;
  const [ca, cert, key] = (['ca', 'cert', 'key'] as const).map((kind) => contentOf(kind, tls[kind], file));
  const passphrase = passphraseOf(environment);
  try {
    return createSecureContext({
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
      ...(tls.minVersion !== null && { minVersion: tls.minVersion }),
    });
  } catch (thrown) {
    throw new MettleError({
      code: 'TLS_SETTINGS',
      message: `the certificates of \`tls:\` cannot be used: ${messageOf(thrown)}`,
      hint: 'They are PEM files; `key` belongs to `cert`, and `passphrase` to `key`.',
      cause: thrown,
    });
  }
}

/** Throws MettleError when a file cannot be read or used; what a template cannot resolve is thrown by it. */
export function createTlsClient(environment: TlsEnvironment): TlsClient {
  const { tls } = environment;
  const isDefault = Object.entries(defaultTlsSettings).every(
    ([key, value]) => Reflect.get(tls, key) === value,
  );
  // The system's authorities take a while to load: only when TLS is used at all. What a scenario sets is checked at once.
  let context = isDefault ? undefined : contextOf(environment);
  return (hostname) => {
    context ??= contextOf(environment);
    const name = tls.servername ?? hostname;
    const asked = { secureContext: context, rejectUnauthorized: tls.verify };
    if (isIP(name) === 0) return { ...asked, servername: name };
    // An address is verified, but not asked for: SNI knows names only.
    const checked: ConnectionOptions['checkServerIdentity'] = (_, certificate) =>
      checkServerIdentity(name, certificate);
    return { ...asked, servername: '', checkServerIdentity: checked };
  };
}
