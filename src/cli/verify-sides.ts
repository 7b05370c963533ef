// What the two sides of a verification are: two variants of the target, or two servers by URL.

import { MettleError } from '../kernel/errors.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { repoint } from '../scenario/repoint.ts';
import { isServerUrl, placeOfUrl } from '../scenario/repoint-url.ts';
import type { TargetSpec, UrlVariant } from '../system/target-spec.ts';
import { quoted } from './command-line.ts';
import { knownVariant } from './variant.ts';

interface Sides {
  readonly before: string;
  readonly after: string;
}

export interface ComparedSides {
  readonly loaded: LoadedScenario;
  readonly variants: Sides;
  /** What leads `mettle run` to the server of a side; absent: `--variant` does. */
  readonly variantFlags?: Sides;
  /** What to know of the two, in the report, too; empty: nothing. */
  readonly notes: readonly string[];
  /** What else `mettle run` needs to repeat one of the runs. */
  readonly moreFlags: string;
}

/** Throws MettleError (exit code 2). */
export function sidesOf(written: LoadedScenario, asked: Sides, allow: readonly string[] = []): ComparedSides {
  const moreFlags = allow.map((host) => ` --allow ${quoted(host)}`).join('');
  const byUrl = [asked.before, asked.after].filter(isServerUrl).length;
  if (byUrl === 1) {
    throw new MettleError({
      code: 'ONE_URL',
      message:
        'one side is a URL and the other a variant: what was started would be compared with what runs already',
      hint: 'give --before and --after both as URLs, or both as variants',
    });
  }
  if (byUrl === 2) {
    const { loaded, variants } = repoint(written, asked);
    const flagOf = (name: string): string => repointFlag(loaded, name);
    const variantFlags = { before: flagOf(variants.before), after: flagOf(variants.after) };
    return { loaded, variants, variantFlags, moreFlags, notes: sameServer(loaded.target, variants) };
  }
  const { target, scenario } = written;
  if (scenario.target.kind === 'url' && !(asked.before in target.variants)) throw needsUrls();
  const variants = { before: knownVariant(asked.before, target), after: knownVariant(asked.after, target) };
  return { loaded: written, variants, moreFlags, notes: sameServer(target, variants) };
}

/** Nothing to refuse: two names of one address may lead to two servers, and `aa` is not for everything. */
function sameServer({ variants }: TargetSpec, { before, after }: Sides): string[] {
  const places = [before, after].map((name) => placeOf(variants[name]));
  if (before !== after && (places[0] === null || places[0] !== places[1])) return [];
  const what = before === after ? before : `${before} and ${after}`;
  const kind = places[0] === null ? 'variant' : 'server';
  return [
    `both sides are the same ${kind}, ${what}: improved or regressed is a false alarm, and no change proves nothing (\`mettle aa\` measures the noise)`,
  ];
}

/** null: it is started, or is not known. */
function placeOf(variant: TargetSpec['variants'][string] | undefined): string | null {
  const url = variant?.kind === 'url' ? (variant.http ?? variant.ws) : null;
  return url === null ? null : `${placeOfUrl(url)}${(URL.parse(url)?.pathname ?? '').replace(/\/$/, '')}`;
}

const needsUrls = (): MettleError =>
  new MettleError({
    code: 'NEEDS_URLS',
    message: 'the scenario gives one server by its URL, and a comparison needs two',
    hint: 'give both: --before http://127.0.0.1:8001 --after http://127.0.0.1:8002',
  });

/** A target file cannot be led elsewhere in part: the run names the server alone then. */
function repointFlag({ scenario, target }: LoadedScenario, name: string): string {
  const { http, ws } = target.variants[name] as UrlVariant;
  const urls = Object.entries({ http, ws }).flatMap(([key, url]) =>
    url === null ? [] : [[key, url] as const],
  );
  if (scenario.target.kind === 'url')
    return urls.map(([key, url]) => ` --set ${quoted(`target.${key}=${url}`)}`).join('');
  return ` --set ${quoted(`target={ ${urls.map(([key, url]) => `${key}: "${url}"`).join(', ')} }`)}`;
}
