// The cookies of one virtual user (RFC 6265), shared by its HTTP requests and its WebSocket handshakes.

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** The host that set it, or the domain that it named. */
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  /** Wall clock, milliseconds; Infinity = until the user leaves. */
  readonly expiresAtMs: number;
  readonly secure: boolean;
}

/** As many as browsers keep for a site; beyond it the oldest goes. */
const mostCookies = 180;
/** Name and value; what is longer is not kept, as in browsers. */
const longestCookie = 4_096;

const loopback = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=:\d+$|$)/;

/**
 * Whom a cookie belongs to. Ports do not count (RFC 6265 8.5), except on loopback, where each port stands for a host of
 * its own. `ws:` and `wss:` are the same hosts as `http:` and `https:`.
 */
function hostOf(origin: string): string {
  const host = origin.slice(origin.indexOf('://') + 3).toLowerCase();
  return loopback.test(host) ? host : host.replace(/:\d+$/, '');
}

const isSecure = (origin: string): boolean => /^(?:https|wss):/.test(origin);

const isAddress = (host: string): boolean => /^[\d.]+(?::\d+)?$|^\[/.test(host);

function defaultPath(requestPath: string): string {
  const path = requestPath.split('?', 1)[0] ?? '/';
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

function expiryOf(attributes: ReadonlyMap<string, string>, nowMs: number): number {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return nowMs + Number(maxAge) * 1000;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires;
}

/** The cookie's domain, null = the host alone; undefined = a domain that the host may not set cookies for. */
function domainOf(written: string, host: string): string | null | undefined {
  const domain = written.replace(/^\./, '').toLowerCase();
  if (domain === '' || domain === host || domain === host.replace(/:\d+$/, '')) {
    return isAddress(host) || !domain.includes('.') ? null : domain;
  }
  // There is no list of public suffixes here: only names without a dot, such as `com`, are known to be one.
  return host.endsWith(`.${domain}`) && domain.includes('.') && !isAddress(host) ? domain : undefined;
}

function parseCookie(line: string, host: string, requestPath: string, nowMs: number): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  if (name === '' || pair.length > longestCookie) return undefined;
  const attributes = new Map(
    rest.map((attribute) => {
      const [key = '', ...value] = attribute.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const domain = domainOf(attributes.get('domain') ?? '', host);
  if (domain === undefined) return undefined;
  const path = attributes.get('path') ?? '';
  return {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: domain ?? host,
    hostOnly: domain === null,
    path: path.startsWith('/') ? path : defaultPath(requestPath),
    expiresAtMs: expiryOf(attributes, nowMs),
    secure: attributes.has('secure'),
  };
}

/** RFC 6265 5.1.4. */
function pathMatches(requestPath: string, cookiePath: string): boolean {
  const path = requestPath.split('?', 1)[0] ?? '/';
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}

const hostMatches = (host: string, { domain, hostOnly }: Cookie): boolean =>
  host === domain || (!hostOnly && host.endsWith(`.${domain}`));

/**
 * `HttpOnly` and `SameSite` are about scripts and pages, which there are none of here. Origins are given as
 * `http://host:port`, the schemes of WebSockets too; paths with or without their query.
 */
export class CookieJar {
  /** In the order in which they were first set. */
  #cookies: Map<string, Cookie> | undefined;

  /** Takes in the `set-cookie` lines of an answer. */
  store(origin: string, requestPath: string, lines: readonly string[], nowMs: number): void {
    const host = hostOf(origin);
    const cookies = (this.#cookies ??= new Map<string, Cookie>());
    for (const line of lines) {
      const cookie = parseCookie(line, host, requestPath, nowMs);
      if (cookie === undefined) continue;
      const key = `${cookie.domain} ${cookie.path} ${cookie.name}`;
      if (cookie.expiresAtMs <= nowMs) cookies.delete(key);
      else cookies.set(key, cookie);
    }
    for (const key of cookies.keys()) {
      if (cookies.size <= mostCookies) break;
      cookies.delete(key);
    }
  }

  /** The value of the `cookie` header, longest path first; undefined when there is nothing to send. */
  header(origin: string, requestPath: string, nowMs: number): string | undefined {
    if (this.#cookies === undefined) return undefined;
    const secure = isSecure(origin);
    const sent = this.#of(origin, nowMs)
      .filter((cookie) => (secure || !cookie.secure) && pathMatches(requestPath, cookie.path))
      .sort((a, b) => b.path.length - a.path.length);
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /** The value of a cookie that the origin has set, whatever its path: the one set last. */
  value(origin: string, name: string, nowMs: number): string | undefined {
    return this.#of(origin, nowMs).findLast((cookie) => cookie.name === name)?.value;
  }

  #of(origin: string, nowMs: number): Cookie[] {
    const host = hostOf(origin);
    return [...(this.#cookies?.values() ?? [])].filter(
      (cookie) => cookie.expiresAtMs > nowMs && hostMatches(host, cookie),
    );
  }
}
