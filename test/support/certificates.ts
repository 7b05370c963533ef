// Certificates made by openssl for one test file: an authority, what it vouches for, and what it does not.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Identity {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  readonly caFile: string;
  readonly ca: Buffer;
  /** For localhost and 127.0.0.1. */
  readonly server: Identity;
  readonly otherHost: Identity;
  readonly expired: Identity;
  readonly client: Identity;
  /** The key of `client`, encrypted with this. */
  readonly lockedKeyFile: string;
  readonly passphrase: string;
  /** Vouched for by nobody. */
  readonly stranger: Identity;
  readonly remove: () => void;
}

const passphrase = 'open sesame';

function openssl(folder: string, ...args: string[]): void {
  const done = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${done.stderr}`);
}

function identityIn(folder: string, name: string): Identity {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** `names` as in subjectAltName. `validity` as `openssl x509` wants it. */
function issue(folder: string, name: string, names: string, ...validity: string[]): Identity {
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  const request = ['-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`];
  openssl(folder, 'req', ...request, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', extensions];
  openssl(folder, 'x509', '-req', '-in', `${name}.csr`, ...by, ...validity, '-out', `${name}.crt`);
  return identityIn(folder, name);
}

function selfSigned(folder: string, name: string): Identity {
  const request = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  openssl(folder, 'req', ...request, ...names, '-keyout', `${name}.key`, '-out', `${name}.crt`);
  return identityIn(folder, name);
}

/** null, loudly, where openssl is missing; an error where everything is required. */
export function makeCertificates(): Certificates | null {
  if (spawnSync('openssl', ['version']).status !== 0) {
    if (process.env['METTLE_REQUIRE_ALL'] === '1') throw new Error('openssl is needed for the TLS tests');
    console.warn('skipped: TLS on the wire (openssl is missing)');
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'mettle-certificates-'));
  const { certFile: caFile, cert: ca } = selfSigned(folder, 'ca');
  const client = issue(folder, 'client', 'DNS:client', '-days', '2');
  openssl(
    folder,
    'rsa',
    '-aes256',
    '-passout',
    `pass:${passphrase}`,
    '-in',
    'client.key',
    '-out',
    'locked.key',
  );
  return {
    caFile,
    ca,
    server: issue(folder, 'server', 'DNS:localhost,IP:127.0.0.1', '-days', '2'),
    otherHost: issue(folder, 'elsewhere', 'DNS:elsewhere.example', '-days', '2'),
    expired: issue(folder, 'expired', 'DNS:localhost,IP:127.0.0.1', '-days', '-1'),
    client,
    lockedKeyFile: join(folder, 'locked.key'),
    passphrase,
    stranger: selfSigned(folder, 'stranger'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A server that insists on a client certificate of the authority's, and says in an alert why it hangs up. */
export async function insistingServer({ caFile, server }: Certificates, version: 'TLSv1.2' | 'TLSv1.3') {
  const insists = ['-Verify', '1', '-verify_return_error', '-CAfile', caFile];
  const own = [
    '-cert',
    server.certFile,
    '-key',
    server.keyFile,
    version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3',
  ];
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-www', ...insists, ...own], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  let port: string | undefined;
  while (port === undefined) {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    said += chunk.toString();
    port = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
  }
  child.stdout.resume();
  const close = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return { origin: `https://127.0.0.1:${port}`, close };
}
