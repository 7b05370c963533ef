// A URL in the place of a target: which protocols it stands for, what the target file says of that server, its address.

import { MettleError } from '../kernel/errors.ts';
import { addressOfUrl, withoutSlash } from '../system/base-url.ts';
import { isLoopback } from '../system/host-rules.ts';
import type { TargetSpec, UrlVariant } from '../system/target-spec.ts';
import type { Scenario } from './scenario.ts';
import { allSteps } from './walk-steps.ts';

export const isServerUrl = (text: string): boolean => /^(https?|wss?):\/\//i.test(text);

/** Base URLs as written, those with `{{port}}` too. */
interface Declared {
  readonly http: readonly string[];
  readonly ws: readonly string[];
}

/** What the target speaks, and where; a scenario uses nothing else. Throws where the two are not one place. */
export function declaredBy(target: TargetSpec): Declared {
  const bases = basesOf(target);
  const apart = bases.find(({ http, ws }) => http !== null && ws !== null && bare(http) !== bare(ws));
  if (apart !== undefined) {
    throw new MettleError({
      code: 'TWO_PLACES',
      message: `${target.name} has its WebSockets (${apart.ws ?? ''}) elsewhere than its HTTP (${apart.http ?? ''}): one URL cannot stand for both`,
      hint: 'give the target two variants with `http` and `ws`, and name these',
    });
  }
  return {
    http: bases.flatMap(({ http }) => http ?? []),
    ws: bases.flatMap(({ ws }) => ws ?? []),
  };
}

function basesOf(target: TargetSpec): { readonly http: string | null; readonly ws: string | null }[] {
  return Object.values(target.variants).map((variant) => (variant.kind === 'url' ? variant : target));
}

const bare = (url: string): string => withoutSlash(url.replace(/^[a-z]+:/i, ''));

/** `address:port`; this machine has many names and is one place. */
export function placeOfUrl(url: string): string {
  const { host, port } = addressOfUrl(url);
  return `${isLoopback(host) ? 'this machine' : host.toLowerCase()}:${port}`;
}

/** Servers of the target that run already. */
export const addressesOf = (target: TargetSpec): ReadonlySet<string> =>
  new Set(runningUrls(target).map(({ url }) => placeOfUrl(url)));

const runningUrls = (target: TargetSpec): { readonly url: string; readonly variant: UrlVariant }[] =>
  Object.values(target.variants).flatMap((variant) =>
    variant.kind === 'url'
      ? [variant.http, variant.ws].flatMap((url) => (url === null ? [] : [{ url, variant }]))
      : [],
  );

/** `https://auth.example`: of steps that name more than a path. */
export function originsOf(scenario: Scenario): string[] {
  const urls = allSteps(scenario.flows).flatMap(({ step }) => ('url' in step ? [step.url] : []));
  return [...new Set(urls.flatMap((url) => /^(?:https?|wss?):\/\/[^/?#]+/.exec(url)?.[0] ?? []))];
}

/** What guards that server stands in the target file, under the variant that is there, or nowhere. */
export function variantAt(
  option: string,
  text: string,
  target: TargetSpec,
  declared: Declared,
): { readonly name: string; readonly variant: UrlVariant } {
  const url = parseServerUrl(option, text);
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const given = url.protocol.startsWith('ws') ? 'ws' : 'http';
  if (declared[given].length === 0) {
    const other = given === 'ws' ? 'http' : 'ws';
    throw refuse(
      option,
      `${target.name} speaks no ${given}`,
      `begin the URL with ${other}${secure ? 's' : ''}://`,
    );
  }
  const name = withoutSlash(url.href);
  const rest = name.slice(url.protocol.length);
  const at = (kind: 'http' | 'ws'): string | null =>
    declared[kind].length === 0 ? null : `${kind}${secure ? 's' : ''}:${rest}`;
  const known = runningUrls(target).find((running) => placeOfUrl(running.url) === placeOfUrl(name))?.variant;
  const { environment = null, limits = null } = known ?? {};
  return { name, variant: { kind: 'url', http: at('http'), ws: at('ws'), environment, limits } };
}

const refuse = (option: string, message: string, hint?: string): MettleError =>
  new MettleError({ code: 'SERVER_URL', message: `${option}: ${message}`, hint });

/** Never shows what may be a password. */
function parseServerUrl(option: string, text: string): URL {
  const url = isServerUrl(text) ? URL.parse(text) : null;
  if (url === null) throw refuse(option, 'this is no URL of a server', 'e.g. http://127.0.0.1:8080');
  if (url.username !== '' || url.password !== '')
    throw refuse(
      option,
      `credentials in a URL end up in records (${url.host})`,
      'send them by a header of the scenario',
    );
  if (url.search !== '' || url.hash !== '')
    throw refuse(option, 'a base URL has no query and no fragment', `e.g. ${url.origin}`);
  return url;
}
