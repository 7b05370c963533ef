// The narrow port over Toxiproxy's API, embedded or real: driven through toxiproxy-node-client, every answer validated.

import { Proxy } from 'toxiproxy-node-client';
import { z } from 'zod';
import { MettleError } from '../../kernel/errors.ts';
import { apiError, apiErrors, createClient } from './transport.ts';

const toxicSchema = z.object({
  name: z.string(),
  type: z.string(),
  stream: z.enum(['upstream', 'downstream']),
  toxicity: z.number(),
  attributes: z.record(z.string(), z.number()),
});

const proxySchema = z.object({
  name: z.string(),
  listen: z.string(),
  upstream: z.string(),
  enabled: z.boolean(),
});

const listedSchema = z.record(
  z.string(),
  proxySchema.extend({ toxics: z.array(z.object({ name: z.string() })) }),
);

type Toxic = z.infer<typeof toxicSchema>;
type ProxyState = z.infer<typeof proxySchema>;
type ListedProxy = z.infer<typeof listedSchema>[string];
type ToxicType = 'latency' | 'bandwidth' | 'slow_close' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data';

export interface NewToxic extends Omit<Toxic, 'type'> {
  readonly type: ToxicType;
  /** Only the embedded proxy knows it: the toxic removes itself after this many milliseconds. */
  readonly ttlMs?: number;
}

interface ProxyChange extends Partial<Omit<ProxyState, 'name'>> {
  readonly ttlMs?: number;
  readonly whenDown?: 'reset';
}

/** Rejects with the codes of `apiErrors`, except that what is already gone is no error to look at or delete. */
export interface ToxiproxyPort {
  /** Throws unless a Toxiproxy answers. Its version: `2.12.0`, or `2.12.0+mettle`. */
  handshake(): Promise<string>;
  /** All there are, with the names of their toxics. */
  proxies(): Promise<ListedProxy[]>;
  createProxy(proxy: Pick<ProxyState, 'name' | 'listen' | 'upstream'>): Promise<ProxyState>;
  proxy(name: string): Promise<ProxyState | undefined>;
  /** What is not in `change` stays as it is. Embedded only, with `enabled: false`: `ttlMs`, after which it undoes itself, and `whenDown`. */
  updateProxy(name: string, change: ProxyChange): Promise<ProxyState>;
  deleteProxy(name: string): Promise<void>;
  addToxic(proxyName: string, toxic: NewToxic): Promise<Toxic>;
  toxic(proxyName: string, name: string): Promise<Toxic | undefined>;
  deleteToxic(proxyName: string, name: string): Promise<void>;
  /** What the embedded proxy saw on a link, unvalidated; times on kernel/clock, in microseconds. */
  observation(proxyName: string, sinceMicros: number, untilMicros: number): Promise<unknown>;
  /** Embedded only: from this moment on, which it resolves to, the proxy counts apart, however long that lasts. */
  mark(proxyName: string): Promise<number>;
}

const markSchema = z.object({ atMicros: z.number() });
const versionSchema = z.object({ version: z.string() });

const defaultTimeoutMs = 3_000;

export function connectToxiproxy(apiUrl: string, timeoutMs = defaultTimeoutMs): ToxiproxyPort {
  const base = apiUrl.replace(/\/+$/, '');
  const client = createClient(base, timeoutMs);
  const checked = <Output>(schema: z.ZodType<Output>, answer: unknown): Output => {
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    throw apiError(base, apiErrors.nonsense, 'answered in a way that Toxiproxy does not');
  };
  /** The client's handle; the state in it is not used, so no round trip is needed to get it. */
  const handle = (name: string): Proxy =>
    new Proxy(client, { name: safe(name), listen: '', upstream: '', enabled: true, toxics: [] });
  const proxy = async (name: string): Promise<ProxyState> =>
    checked(proxySchema, await client.get(safe(name)));
  const proxies = async (): Promise<ListedProxy[]> =>
    Object.values(checked(listedSchema, (await client.getApi().get(`${base}/proxies`)).data));
  return {
    async handshake() {
      const version = await client.getVersion();
      await proxies();
      // Old servers say it as plain text.
      return versionSchema.safeParse(parsedJson(version)).data?.version ?? version.trim();
    },
    proxies,
    createProxy: async (body) => checked(proxySchema, await client.createProxy({ ...body, enabled: true })),
    proxy: async (name) => await unlessGone(proxy(name)),
    async updateProxy(name, change) {
      const { listen, upstream, enabled } = await proxy(name);
      return checked(proxySchema, await handle(name).update({ listen, upstream, enabled, ...change }));
    },
    async deleteProxy(name) {
      await unlessGone(handle(name).remove());
    },
    addToxic: async (proxyName, toxic) => checked(toxicSchema, await handle(proxyName).addToxic(toxic)),
    async toxic(proxyName, name) {
      const answer = await unlessGone(handle(proxyName).getToxic(safe(name)));
      return answer === undefined ? undefined : checked(toxicSchema, answer);
    },
    async deleteToxic(proxyName, name) {
      const found = await unlessGone(handle(proxyName).getToxic(safe(name)));
      if (found !== undefined) await unlessGone(found.remove());
    },
    async observation(proxyName, sinceMicros, untilMicros) {
      const window = `sinceMicros=${Math.floor(sinceMicros)}&untilMicros=${Math.ceil(untilMicros)}`;
      return (await client.getApi().get(`${base}/proxies/${safe(proxyName)}/observation?${window}`)).data;
    },
    async mark(proxyName) {
      const answer = await client.getApi().post(`${base}/proxies/${safe(proxyName)}/observation`);
      return checked(markSchema, answer.data).atMicros;
    },
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The client puts names into paths as they are. A slash, even encoded, would be a step of the path to real servers. */
function safe(name: string): string {
  if (!/[/\\]/.test(name) && !/^\.*$/.test(name)) return encodeURIComponent(name);
  throw new MettleError({ code: 'PROXY_NAME', message: `“${name}” cannot be the name of a proxy or toxic` });
}

async function unlessGone<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MettleError && error.code === apiErrors.notFound) return undefined;
    throw error;
  }
}
