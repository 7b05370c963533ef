// The fault proxies of one command: on the embedded server by default, on a real Toxiproxy when its URL is given.

import { exitCodes, messageOf, MettleError } from '../../kernel/errors.ts';
import type { Address, Tracked, Tracker } from '../../kernel/ports.ts';
import type { ProxyServer } from '../../proxy/server.ts';
import { startProxyThread } from '../../proxy/start-thread.ts';
import type { FaultLink, ProxyBackend } from '../fault.ts';
import { connectToxiproxy } from './toxiproxy.ts';
import type { ToxiproxyPort } from './toxiproxy.ts';
import { apiError, apiErrors } from './transport.ts';

export interface BackendOptions {
  /** `TOXIPROXY_URL`, checked by the guard; undefined: the embedded proxy. */
  readonly toxiproxyUrl?: string | undefined;
  /** Part of every proxy's name, so that commands sharing a server never meet. */
  readonly runToken: string;
  readonly tracker: Tracker;
  readonly seed: number;
  /** The embedded server died: what is measured from now on is worthless. */
  readonly onDeath?: ((error: MettleError) => void) | undefined;
}

/** Throws a MettleError (exit code 2) when the server cannot be started, does not answer, or is no Toxiproxy. */
export async function openProxyBackend(options: BackendOptions): Promise<ProxyBackend> {
  const { toxiproxyUrl, seed, onDeath } = options;
  if (toxiproxyUrl !== undefined) {
    const apiUrl = toxiproxyUrl.replace(/\/+$/, '');
    await connectToxiproxy(apiUrl).handshake();
    const nothing = (): Promise<void> => Promise.resolve();
    return new Backend('toxiproxy', options, { apiUrl, reseed: nothing, close: nothing });
  }
  const embedded = await startProxyThread({
    ...{ host: '127.0.0.1', port: 0, seed },
    ...(onDeath === undefined ? {} : { onDeath }),
  });
  return new Backend('embedded', options, embedded);
}

class Backend implements ProxyBackend {
  readonly kind: ProxyBackend['kind'];
  readonly apiUrl: string;
  readonly #server: ToxiproxyPort;
  readonly #options: BackendOptions;
  readonly #host: ProxyServer;
  readonly #links = new Map<string, FaultLink>();
  #count = 0;

  /** `host`: what is done to the server itself; where it is somebody else's, nothing. */
  constructor(kind: ProxyBackend['kind'], options: BackendOptions, host: ProxyServer) {
    this.kind = kind;
    this.apiUrl = host.apiUrl;
    this.#server = connectToxiproxy(host.apiUrl);
    this.#options = options;
    this.#host = host;
  }

  get(name: string): FaultLink | undefined {
    return this.#links.get(name);
  }

  reseed(seed: number): Promise<void> {
    return this.#host.reseed(seed);
  }

  async open(name: string, upstream: Address): Promise<FaultLink> {
    if (this.#links.has(name)) {
      throw new MettleError({ code: 'LINK_EXISTS', message: `there is a proxy for ${name} already` });
    }
    const proxyName = this.#nameFor(name);
    const { apiUrl } = this;
    const embedded = this.kind === 'embedded';
    const tracked = await this.#options.tracker.track({
      kind: 'proxy',
      describe: `proxy for ${name}`,
      data: { apiUrl, proxyName, embedded },
    });
    const listen = await this.#create(proxyName, upstream);
    await tracked.applied({ listen: formatAddress(listen) });
    let current = upstream;
    const link: FaultLink = {
      ...{ name, listen, apiUrl, proxyName, embedded },
      get upstream() {
        return current;
      },
      retarget: async (next) => {
        await this.#server.updateProxy(proxyName, { upstream: formatAddress(next) });
        current = next;
      },
      close: async () => {
        await this.#remove(proxyName, tracked);
        this.#links.delete(name);
      },
    };
    this.#links.set(name, link);
    return link;
  }

  async close(): Promise<void> {
    const problems: string[] = [];
    for (const link of [...this.#links.values()].reverse()) {
      await link.close().catch((error: unknown) => problems.push(messageOf(error)));
    }
    await this.#host.close();
    if (problems.length === 0) return;
    throw new MettleError({
      code: 'UNDO_FAILED',
      message: `proxies could not be removed: ${problems.join('; ')}`,
      hint: 'finish it with: mettle chaos rollback',
      exitCode: exitCodes.undoFailed,
    });
  }

  /** Unique on the server, and safe in a path: names of dependencies may hold anything. */
  #nameFor(name: string): string {
    this.#count += 1;
    const readable = name.replaceAll(/[^\w-]/g, '-').slice(0, 40);
    const taken = [...this.#links.values()].some((link) => link.proxyName.endsWith(`_${readable}`));
    return `mettle_${this.#options.runToken}_${taken ? `${this.#count}_` : ''}${readable}`;
  }

  async #create(proxyName: string, upstream: Address): Promise<Address> {
    const host = new URL(this.apiUrl).hostname.replace(/^\[|\]$/g, '');
    // Where the server is on this machine its proxies listen on loopback only; elsewhere on the address it is known by.
    const listenHost = host === 'localhost' || host === '::1' ? '127.0.0.1' : host;
    const made = await this.#server.createProxy({
      name: proxyName,
      listen: formatAddress({ host: listenHost, port: 0 }),
      upstream: formatAddress(upstream),
    });
    const port = Number(/:(\d+)$/.exec(made.listen)?.[1] ?? 0);
    if (port === 0)
      throw apiError(this.apiUrl, apiErrors.nonsense, 'did not say where its new proxy listens');
    return { host: listenHost, port };
  }

  async #answers(proxyName: string): Promise<boolean> {
    try {
      await this.#server.proxy(proxyName);
      return true;
    } catch {
      return false;
    }
  }

  async #remove(proxyName: string, tracked: Tracked): Promise<void> {
    if (this.kind === 'embedded' && !(await this.#answers(proxyName))) {
      await tracked.released(); // its thread has died, and everything on it with it
      return;
    }
    await this.#server.deleteProxy(proxyName);
    if ((await this.#server.proxy(proxyName)) !== undefined) {
      throw apiError(this.apiUrl, apiErrors.refused, `still has the proxy ${proxyName} after deleting it`);
    }
    await tracked.released();
  }
}

const formatAddress = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
