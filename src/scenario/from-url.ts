// `mettle run <url>`: a scenario without a file, made of the options and held to the same rules as a written one.

import { invalidFile } from './diagnostics.ts';
import { examineScenario, type LoadedScenario } from './load.ts';
import type { TargetSpec, Variant } from '../system/target-spec.ts';
import { applyOverrides, parseOverrides } from './overrides.ts';
import { rateInput, usersInput } from './quantities.ts';
import type { Path, SourceDocument } from './yaml-document.ts';

/** Every text is as written after its option. */
export interface UrlOptions {
  /** `--rate 50/s` (open model); default: 10/s, unless users are given. What is typed is the limit, too. */
  readonly rate?: string;
  /** `--users 1000` (closed model). */
  readonly users?: string;
  /** `--for 30s`; default: 30s. */
  readonly for?: string;
  readonly warmup?: string;
  readonly slo?: readonly string[];
  readonly seed?: number;
  /** Texts after `--set`. */
  readonly set?: readonly string[];
  /** `--allow <host>`: hosts besides loopback. */
  readonly allow?: readonly string[];
  readonly cwd?: string;
}

const defaultRate = '10/s';
const defaultFor = '30s';

/** What such a scenario's one flow is called. */
const flowName = 'main';

/**
 * `http:` and `https:` send one GET, its series named by the path. `ws:` and `wss:` connect, send
 * `{"type":"ping","id":"<uuid>"}` and take the first message after it as the reply: an arrival opens a connection of
 * its own, a user keeps one. Throws INVALID_FILE (exit code 2), each problem at the option that it is about.
 */
export async function scenarioFromUrl(text: string, options: UrlOptions = {}): Promise<LoadedScenario> {
  const { cwd = process.cwd(), allow = [] } = options;
  const url = parseUrl(text);
  if (options.users !== undefined && options.rate !== undefined) {
    throw refuse('--users', '`--rate` and `--users` exclude each other');
  }
  const { fields, extraEnv } = parseOverrides(options.set ?? []);
  const plain = optionsDocument(writtenScenario(url, options), (path) => optionAt(path, text, options));
  const document = applyOverrides(plain, fields);
  const { loaded, diagnostics, warnings } = await examineScenario(document, { file: null, cwd, allow });
  if (loaded === undefined) throw invalidFile(diagnostics);
  const target = limitedTo(loaded.target, options);
  return { ...loaded, target, extraEnv, warnings: isSocket(url) ? [...warnings, socketWarning] : warnings };
}

/** Without a target file nobody has stated limits: what was typed is the most, whatever `--set` says; no default is. */
function limitedTo(target: TargetSpec, { rate, users }: UrlOptions): TargetSpec {
  const typedRate = rateInput.safeParse(rate).data;
  const typedUsers = usersInput.safeParse(users).data;
  const limits = {
    ratePerSecond: typedRate === undefined ? null : Math.max(typedRate.fromPerSecond, typedRate.toPerSecond),
    users: typedUsers === undefined ? null : Math.max(typedUsers.fromUsers, typedUsers.toUsers),
  };
  const limited = Object.entries(target.variants).map(([name, variant]): [string, Variant] => [
    name,
    variant.kind === 'url' ? { ...variant, limits } : variant,
  ]);
  return { ...target, variants: Object.fromEntries(limited) };
}

const isSocket = (url: URL): boolean => url.protocol.startsWith('ws');

/**
 * What a file would say. The name says neither where the server is, so that two servers can be compared, nor the query,
 * which may hold credentials.
 */
function writtenScenario(url: URL, options: UrlOptions): unknown {
  const { rate = defaultRate, users, for: duration = defaultFor, warmup, seed, slo = [] } = options;
  const path = pathOf(url);
  const load =
    users === undefined ? { arrivals: [{ rate, for: duration }] } : { users: [{ users, for: duration }] };
  return {
    name: `${isSocket(url) ? 'ping' : 'GET'} ${url.pathname}`.slice(0, 200),
    target: { [isSocket(url) ? 'ws' : 'http']: url.origin },
    flows: {
      [flowName]: isSocket(url) ? socketFlow(path, users !== undefined) : httpFlow(path, url.pathname),
    },
    load: [{ flow: flowName, ...load }],
    ...(warmup === undefined ? {} : { warmup }),
    ...(seed === undefined ? {} : { seed }),
    slo: [...slo],
  };
}

const socketWarning =
  'the first message after each ping counts as its reply: a scenario file can match the right one';

const refuse = (option: string, message: string) =>
  invalidFile([{ file: option, line: 0, column: 0, message }]);

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw refuse(text, 'expected a URL that begins with http://, https://, ws:// or wss://');
  }
  if (url.username !== '' || url.password !== '')
    throw refuse(url.origin, 'credentials in a URL end up in records; use a scenario file');
  return url;
}

/** Path and query, with braces that are no template. */
const pathOf = ({ pathname, search }: URL): string => `${pathname}${search}`.replaceAll('{{', '\\{{');

const httpFlow = (path: string, name: string) => ({ steps: [{ http: `GET ${path}`, name }] });

function socketFlow(path: string, keepOpen: boolean) {
  const connect = { ws: `connect ${path}`, as: 'socket', name: 'connect' };
  const ping = {
    ws: 'send socket',
    name: 'ping',
    json: { type: 'ping', id: '{{uuid}}' },
    reply: { match: 'any' },
  };
  const close = { ws: 'close socket', name: 'close' };
  return keepOpen ? { before: [connect], steps: [ping] } : { steps: [connect, ping, close] };
}

function optionAt(path: Path, url: string, options: UrlOptions): string {
  const [first, second] = path;
  const last = path.at(-1);
  if (first === 'slo') return `--slo "${options.slo?.[Number(second)] ?? ''}"`;
  if (first === 'load' && last === 'rate') return `--rate ${options.rate ?? defaultRate}`;
  if (first === 'load' && last === 'for') return `--for ${options.for ?? defaultFor}`;
  if (first === 'load' && path.includes('users')) return `--users ${options.users ?? ''}`;
  if (first === 'warmup') return `--warmup ${options.warmup ?? ''}`;
  return first === 'seed' ? `--seed ${options.seed ?? ''}` : url;
}

const optionsDocument = (value: unknown, optionOf: (path: Path) => string): SourceDocument => ({
  file: '',
  value,
  place: (path) => ({ file: optionOf(path), line: 0, column: 0 }),
  written: () => '',
});
