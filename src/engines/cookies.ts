// The cookies of one virtual user: name, value, path and expiry per origin, as a browser would send them back.

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** Wall clock, milliseconds; Infinity = until the user leaves. */
  readonly expiresAtMs: number;
  readonly secure: boolean;
}

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

function parseCookie(line: string, requestPath: string, nowMs: number): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equals, 0)).trim();
  if (name === '') return undefined;
  const attributes = new Map(
    rest.map((attribute) => {
      const [key = '', ...value] = attribute.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const path = attributes.get('path') ?? '';
  return {
    name,
    value: pair.slice(equals + 1).trim(),
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

/** `Domain` is not looked at: a cookie goes back to the origin that set it and nowhere else. */
export class CookieJar {
  readonly #origins = new Map<string, Map<string, Cookie>>();

  /** Takes in the `set-cookie` lines of an answer. */
  store(origin: string, requestPath: string, lines: readonly string[], nowMs: number): void {
    const cookies = this.#origins.get(origin) ?? new Map<string, Cookie>();
    this.#origins.set(origin, cookies);
    for (const line of lines) {
      const cookie = parseCookie(line, requestPath, nowMs);
      if (cookie === undefined) continue;
      const key = `${cookie.path} ${cookie.name}`;
      if (cookie.expiresAtMs <= nowMs) cookies.delete(key);
      else cookies.set(key, cookie);
    }
  }

  /** The value of the `cookie` header, longest path first; undefined when there is nothing to send. */
  header(origin: string, requestPath: string, nowMs: number): string | undefined {
    const cookies = this.#origins.get(origin);
    if (cookies === undefined) return undefined;
    const secure = origin.startsWith('https:');
    const sent = [...cookies.values()]
      .filter((cookie) => cookie.expiresAtMs > nowMs && (secure || !cookie.secure))
      .filter((cookie) => pathMatches(requestPath, cookie.path))
      .sort((a, b) => b.path.length - a.path.length);
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}
