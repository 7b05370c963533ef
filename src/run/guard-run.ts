// Default-deny, before anything is started: every address that this run would send load or faults to.

import type { DockerAddress } from '../faults/clients/docker-port.ts';
import { pinnedToxiproxy } from '../faults/clients/pinned-toxiproxy.ts';
import {
  guardDependency,
  guardFaults,
  guardHost,
  guardLoad,
  guardToxiproxy,
  resolveHost,
} from '../faults/guard.ts';
import { hostOfUrl } from '../faults/hosts.ts';
import type { Pins } from '../faults/pins.ts';
import { guardExec } from './guard-exec.ts';
import { guardContainers } from './guard-containers.ts';
import { refuseUnsetSecrets } from './secrets-set.ts';
import type { Scenario, Step } from '../scenario/scenario.ts';
import { listsOf } from '../scenario/walk-steps.ts';
import type { TargetSpec } from '../system/target-spec.ts';

export interface GuardOptions {
  readonly toxiproxyUrl: string | undefined;
  /** `--allow-production` */
  readonly allowProduction: boolean;
  /** `--allow-exec`; default: no. */
  readonly allowExec?: boolean;
  /** Default: the scenario's. */
  readonly seed?: number;
}

export interface GuardPorts {
  /** Every address of a URL's host. */
  readonly resolve: (url: string) => Promise<string[]>;
  /** Mettle's own environment: where a dependency of one's own is said to be. */
  readonly environment: NodeJS.ProcessEnv;
}

/** What may be sent to, and nothing else. */
export interface Clearance {
  readonly pins: Pins;
  /** With an address that was checked in the place of the name. */
  readonly toxiproxyUrl: string | undefined;
  /** The Docker engine; null: no fault needs one. */
  readonly docker: DockerAddress | null;
}

const realPorts: GuardPorts = { resolve: resolveHost, environment: process.env };

interface Peak {
  readonly ratePerSecond: number | null;
  readonly users: number | null;
}

/**
 * Throws MettleError (exit code 2) that names the host and what would allow it. Each host is looked up once: what is
 * checked is what is pinned.
 */
export async function guardRun(
  scenario: Scenario,
  target: TargetSpec,
  variants: readonly string[],
  options: GuardOptions,
  ports: GuardPorts = realPorts,
): Promise<Clearance> {
  refuseUnsetSecrets(scenario, ports.environment);
  guardExec(scenario.chaos, options.allowExec ?? false);
  const { allow } = target;
  const { allowProduction, toxiproxyUrl } = options;
  const peak = peakOf(scenario);
  const pins: Record<string, readonly string[]> = {};
  const resolveOnce = async (url: string): Promise<readonly string[]> => {
    const host = hostOfUrl(url);
    const known = Object.hasOwn(pins, host) ? pins[host] : undefined;
    return known ?? (pins[host] = await ports.resolve(url));
  };
  for (const { url, environment, limits } of addressesOf(scenario, target, variants)) {
    const addresses = await resolveOnce(url);
    guardLoad({ url, addresses, allow, environment, limits, allowProduction, peak });
  }
  for (const url of scrapedUrls(target)) guardHost(hostOfUrl(url), await resolveOnce(url), allow);
  for (const { variable, url, environment } of ownDependencies(target, variants, ports.environment)) {
    const addresses = await resolveOnce(url);
    guardDependency({ variable, url, addresses, allow, environment, allowProduction });
  }
  const docker = await guardContainers(scenario, target, options.seed ?? scenario.seed, ports);
  if (docker !== null && !docker.host.startsWith('unix:')) {
    const environment = statedBy(target, variants).environment;
    guardFaults(`the Docker engine at ${docker.host}`, hostOfUrl(docker.host), {
      environment,
      allowProduction,
    });
  }
  if (toxiproxyUrl === undefined || scenario.chaos.length === 0) return { pins, toxiproxyUrl, docker };
  const addresses = await resolveOnce(toxiproxyUrl);
  const checkedUrl = guardToxiproxy(toxiproxyUrl, addresses, allow);
  return { pins, toxiproxyUrl: await pinnedToxiproxy(checkedUrl, addresses), docker };
}

/** What is scraped from elsewhere than the target itself: read only, so it may be of any environment. */
function scrapedUrls({ observe }: TargetSpec): string[] {
  const from = observe.prometheus?.from ?? '/';
  return from.startsWith('/') ? [] : [from];
}

/** Servers of one's own that stand in for what a target file provides: the target will use them, faults and all. */
function ownDependencies(
  target: TargetSpec,
  variants: readonly string[],
  environment: NodeJS.ProcessEnv,
): { readonly variable: string; readonly url: string; readonly environment: string | null }[] {
  if (!variants.some((name) => target.variants[name]?.kind === 'process')) return [];
  return Object.values(target.dependencies).flatMap((dependency) => {
    const url = dependency.kind === 'provide' ? (environment[dependency.env] ?? '') : '';
    if (dependency.kind !== 'provide' || !URL.canParse(url)) return []; // what is no URL is refused when it is used
    return [{ variable: dependency.env, url, environment: dependency.environment }];
  });
}

/** What the first of the variants says of itself: it speaks for what belongs to none of them. */
function statedBy(
  target: TargetSpec,
  [name = '']: readonly string[],
): Pick<Addressed, 'environment' | 'limits'> {
  const variant = target.variants[name];
  return variant?.kind === 'url' ? variant : { environment: null, limits: null };
}

interface Addressed {
  readonly url: string;
  readonly environment: string | null;
  readonly limits: Peak | null;
}

/** URL variants, absolute URLs of steps (whose host is never a template), and the proxy that all requests go through. */
function addressesOf(scenario: Scenario, target: TargetSpec, variants: readonly string[]): Addressed[] {
  const used = variants.flatMap((name) => target.variants[name] ?? []);
  const running = used.flatMap((variant) => {
    if (variant.kind !== 'url') return [];
    const { environment, limits } = variant;
    return [variant.http, variant.ws].flatMap((url) => (url === null ? [] : [{ url, environment, limits }]));
  });
  const stated = statedBy(target, variants);
  const flows = Object.values(scenario.flows);
  const absolute = flows.flatMap((flow) => [...flow.before, ...flow.steps]).flatMap(absoluteUrls);
  const named = scenario.http.proxy === null ? absolute : [...absolute, scenario.http.proxy];
  return [
    ...running,
    ...named.map((url) => ({ url, environment: stated.environment, limits: stated.limits })),
  ];
}

function absoluteUrls(step: Step): string[] {
  const inner = listsOf(step).flatMap(([, steps]) => steps);
  if (inner.length > 0) return inner.flatMap(absoluteUrls);
  const url = 'url' in step ? step.url : '/';
  const origin = /^(?:https?|wss?):\/\/[^/?#]+/.exec(url)?.[0];
  return origin === undefined ? [] : [origin];
}

/** The most that all entries together may offer at once. */
function peakOf(scenario: Scenario): Peak {
  let ratePerSecond: number | null = null;
  let users: number | null = null;
  for (const entry of scenario.load) {
    if (entry.model === 'arrivals') {
      const rates = entry.stages.flatMap((stage) => [stage.fromPerSecond, stage.toPerSecond]);
      ratePerSecond = (ratePerSecond ?? 0) + Math.max(...rates);
    } else {
      if (entry.model === 'saturate') {
        // Without a rate there is no limit that it would keep to.
        ratePerSecond = Infinity;
        continue;
      }
      const counts = entry.stages.flatMap((stage) => [stage.fromUsers, stage.toUsers]);
      users = (users ?? 0) + Math.max(...counts);
    }
  }
  return { ratePerSecond, users };
}
