// Guards, default-deny: what load and faults may be sent to, decided before anything is started.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { messageOf, MettleError } from '../kernel/errors.ts';
import { hostOfUrl, isLinkLocalAddress, isLoopbackAddress, matchesAny, plainHost } from './hosts.ts';

interface Limits {
  readonly ratePerSecond: number | null;
  readonly users: number | null;
}

export interface LoadRequest {
  /** `http:`, `https:`, `ws:` or `wss:` */
  readonly url: string;
  /** Everything that the host's name stands for. */
  readonly addresses: readonly string[];
  /** Hosts besides loopback: the target file's `allow` and `--allow`. */
  readonly allow: readonly string[];
  /** As the target file states it; null: it does not. */
  readonly environment: string | null;
  readonly limits: Limits | null;
  /** `--allow-production` */
  readonly allowProduction: boolean;
  /** The most that the scenario will offer. */
  readonly peak: Limits;
}

/** Of all environments that one may name, these are known to be nobody's livelihood. */
const harmless = ['local', 'dev', 'development', 'test', 'testing', 'ci', 'qa', 'preview', 'staging'];
const needsLimits = ['staging', 'production'];

/**
 * Throws a MettleError (exit code 2) unless this load may be sent: then to every one of the addresses, and (pins.ts) to
 * nothing else, whatever the name stands for a moment later.
 */
export function guardLoad(request: LoadRequest): void {
  const { hostname, protocol } = parsedUrl(request.url, ['http:', 'https:', 'ws:', 'wss:']);
  const host = plainHost(hostname);
  guardHost(host, request.addresses, request.allow);
  const local = request.addresses.every(isLoopbackAddress);
  if (local && request.environment === null) return;
  const environment = environmentOf(request.environment);
  if (environment === 'production' && !request.allowProduction) {
    const why =
      request.environment === null ? 'states no environment, so it counts as production' : 'is production';
    throw refused(
      'PRODUCTION',
      `${host} ${why}: no load is sent there`,
      'state its `environment:` in the target file (staging, test…), or pass --allow-production if you mean it',
    );
  }
  if (needsLimits.includes(environment)) guardLimits(`${protocol}//${host}`, environment, request);
}

export interface DependencyRequest extends Pick<
  LoadRequest,
  'addresses' | 'allow' | 'environment' | 'allowProduction'
> {
  /** The environment variable that named it. */
  readonly variable: string;
  /** Never shown: it may hold a password. */
  readonly url: string;
}

/** A server of one's own that a target is to use, and faults are put in front of. Throws MettleError (exit code 2). */
export function guardDependency(request: DependencyRequest): void {
  const { variable, url, addresses, allow, environment, allowProduction } = request;
  const host = hostOfUrl(url);
  try {
    guardHost(host, addresses, allow);
  } catch (error) {
    if (!(error instanceof MettleError)) throw error;
    throw refused(error.code, `${variable} points at a server that is refused: ${error.message}`, error.hint);
  }
  if (addresses.every(isLoopbackAddress) && environment === null) return;
  if (environmentOf(environment) !== 'production' || allowProduction) return;
  const why = environment === null ? 'states no environment, so it counts as production' : 'is production';
  throw refused(
    'PRODUCTION',
    `${variable} points at ${host}, which ${why}: nothing is tested on it`,
    'state its `environment:` with the dependency in the target file (staging, test…), or pass --allow-production if you mean it',
  );
}

/**
 * Faults on somebody else's servers: production, and what does not say what it is, needs the flag. `host`: an
 * address, or a name that nobody here can look up. Throws MettleError (exit code 2).
 */
export function guardFaults(
  what: string,
  host: string,
  { environment, allowProduction }: Pick<LoadRequest, 'environment' | 'allowProduction'>,
): void {
  if (isLoopbackAddress(host) && environment === null) return;
  if (environmentOf(environment) !== 'production' || allowProduction) return;
  const why = environment === null ? 'states no environment, so it counts as production' : 'is production';
  throw refused(
    'PRODUCTION',
    `${what} ${why}: nothing is broken there`,
    'pass --allow-production if you mean it',
  );
}

/** The URL of a Toxiproxy server: on this machine, or allowed. Returns it without a trailing slash. */
export function guardToxiproxy(url: string, addresses: readonly string[], allow: readonly string[]): string {
  const { hostname, username, password, origin, pathname } = parsedUrl(
    url,
    ['http:', 'https:'],
    'TOXIPROXY_URL',
  );
  if (username !== '' || password !== '') {
    throw refused(
      'TOXIPROXY_URL',
      'TOXIPROXY_URL holds a password, which Toxiproxy has no use for',
      'take it out',
    );
  }
  guardHost(plainHost(hostname), addresses, allow);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** Everything that a URL's host stands for. Throws HOST_UNKNOWN (exit code 2). */
export async function resolveHost(url: string): Promise<string[]> {
  const host = plainHost(
    parsedUrl(url, ['http:', 'https:', 'ws:', 'wss:', 'tcp:', 'postgres:', 'postgresql:']).hostname,
  );
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  } catch (error) {
    throw refused('HOST_UNKNOWN', `the host ${host} cannot be found: ${messageOf(error)}`, 'check its name');
  }
}

/**
 * Throws a MettleError (exit code 2) unless something may be sent to this host. A name is as trustworthy as the worst of
 * its addresses.
 */
export function guardHost(host: string, addresses: readonly string[], allow: readonly string[]): void {
  const [first] = addresses;
  if (first === undefined) throw refused('HOST_UNKNOWN', `the host ${host} has no address`, 'check its name');
  if (addresses.every(isLoopbackAddress)) return;
  const strange = addresses.find((address) => isLinkLocalAddress(address) && !matchesAny(address, allow));
  if (strange !== undefined) {
    throw refused(
      'HOST_NOT_ALLOWED',
      `${host} stands for ${strange}, an address that machines use for themselves`,
      `if you mean it, allow that very address: --allow ${strange}`,
    );
  }
  if (matchesAny(host, allow)) return;
  throw refused(
    'HOST_NOT_ALLOWED',
    `${host} (${first}) is neither this machine nor allowed`,
    `add it to \`allow:\` in the target file, or pass --allow ${host}`,
  );
}

/** What is not known to be harmless counts as production. */
function environmentOf(stated: string | null): string {
  const name = stated?.trim().toLowerCase() ?? 'production';
  return harmless.includes(name) ? name : 'production';
}

function guardLimits(target: string, environment: string, { limits, peak }: LoadRequest): void {
  const needed = (['ratePerSecond', 'users'] as const).filter((key) => (peak[key] ?? 0) > 0);
  for (const key of needed) {
    const limit = limits?.[key] ?? null;
    const [word, unit] = key === 'users' ? ['users', ''] : ['rate', '/s'];
    if (limit === null) {
      throw refused(
        'LIMITS',
        `${target} is ${environment} and states no limit for ${word}`,
        `add \`limits: { ${word}: … }\` to the variant in the target file; of a URL on the command line --${word} is the limit`,
      );
    }
    if ((peak[key] ?? 0) > limit) {
      throw refused(
        'LIMITS',
        `the load reaches ${peak[key] ?? 0}${unit}, more than the ${limit}${unit} that ${target} allows`,
        `lower the load, or raise \`limits: { ${word}: … }\` in the target file`,
      );
    }
  }
}

function parsedUrl(url: string, protocols: readonly string[], what = 'the URL'): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && protocols.includes(parsed.protocol) && parsed.hostname !== '') return parsed;
  const expected = protocols.map((protocol) => `${protocol}//`).join(', ');
  throw refused(
    'URL',
    `${what} "${withoutPassword(url)}" cannot be used`,
    `it begins with one of ${expected}`,
  );
}

const withoutPassword = (url: string): string => url.replace(/\/\/[^/@]*@/, '//');

const refused = (code: string, message: string, hint: string | undefined): MettleError =>
  new MettleError({ code, message, hint });
