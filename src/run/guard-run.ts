// Default-deny, before anything is started: every address that this run would send load or faults to.

import { guardLoad, guardToxiproxy, resolveHost } from '../faults/guard.ts';
import { refuseUnsetSecrets } from './secrets-set.ts';
import type { Scenario, Step } from '../scenario/scenario.ts';
import { listsOf } from '../scenario/walk-steps.ts';
import type { TargetSpec } from '../system/target-spec.ts';

export interface GuardOptions {
  readonly toxiproxyUrl: string | undefined;
  /** `--allow-production` */
  readonly allowProduction: boolean;
}

interface Peak {
  readonly ratePerSecond: number | null;
  readonly users: number | null;
}

/** Throws MettleError (exit code 2) that names the host and what would allow it. */
export async function guardRun(
  scenario: Scenario,
  target: TargetSpec,
  variants: readonly string[],
  options: GuardOptions,
): Promise<void> {
  refuseUnsetSecrets(scenario, process.env);
  const { allow } = target;
  const { allowProduction, toxiproxyUrl } = options;
  const peak = peakOf(scenario);
  for (const { url, environment, limits } of addressesOf(scenario, target, variants)) {
    const addresses = await resolveHost(url);
    guardLoad({ url, addresses, allow, environment, limits, allowProduction, peak });
  }
  if (toxiproxyUrl !== undefined && scenario.chaos.length > 0) {
    guardToxiproxy(toxiproxyUrl, await resolveHost(toxiproxyUrl), allow);
  }
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
  const [variant] = used;
  const stated = variant?.kind === 'url' ? variant : { environment: null, limits: null };
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
