// A scenario's target in two places: each side of a comparison is a server that runs already, given by its URL.

import { MettleError } from '../kernel/errors.ts';
import { placeOf } from '../faults/registry.ts';
import type { TargetSpec } from '../system/target-spec.ts';
import type { LoadedScenario } from './load.ts';
import { addressesOf, declaredBy, originsOf, placeOfUrl, variantAt } from './repoint-url.ts';
import { allSteps } from './walk-steps.ts';

interface Sides {
  readonly before: string;
  readonly after: string;
}

export interface Repointed {
  readonly loaded: LoadedScenario;
  /** Names of the two variants: their URLs. */
  readonly variants: Sides;
}

/**
 * The same scenario against two servers by URL, without all that Mettle would have started. Throws MettleError (exit
 * code 2) when the scenario needs what is left out, or would not go where the URLs lead.
 */
export function repoint(loaded: LoadedScenario, urls: Sides): Repointed {
  const { target } = loaded;
  refuseWhatIsStarted(loaded);
  const declared = declaredBy(target);
  const before = variantAt('--before', urls.before, target, declared);
  const after = variantAt('--after', urls.after, target, declared);
  const repointed: TargetSpec = {
    ...target,
    variants: { [before.name]: before.variant, [after.name]: after.variant },
    dependencies: {},
    clients: {},
    prepare: null,
    observe: { process: false, docker: false, prometheus: scrapedThere(target) },
    docker: { ...target.docker, project: null },
  };
  const warnings = [...loaded.warnings, ...notRepointed(loaded), ...notObserved(target)];
  return {
    loaded: { ...loaded, target: repointed, warnings },
    variants: { before: before.name, after: after.name },
  };
}

/** A URL of its own leads to one server, whichever of the two is loaded. */
const scrapedThere = ({ observe }: TargetSpec): TargetSpec['observe']['prometheus'] =>
  observe.prometheus?.from.startsWith('/') === true ? observe.prometheus : null;

const started = (what: string): MettleError =>
  new MettleError({
    code: 'NOT_BY_URL',
    message: `${what}: with --before and --after by URL nothing is started`,
    hint: 'name two variants of the target instead, or use a scenario without it',
  });

function refuseWhatIsStarted({ scenario, extraEnv }: LoadedScenario): void {
  const [variable] = Object.keys(extraEnv);
  if (variable !== undefined)
    throw started(`--set target.env.${variable} is for a target that Mettle starts`);
  const fault = scenario.chaos.find(
    ({ fault: { kind }, on }) => placeOf(kind, on) !== 'link' || on !== 'clients',
  );
  if (fault !== undefined) {
    const { id, on } = fault;
    throw started(
      `the fault ${id} is on ${on}, but only faults on \`clients\` reach a server given by its URL`,
    );
  }
  for (const { step } of allSteps(scenario.flows)) {
    if (step.kind === 'http' && step.via !== null)
      throw started(`the step ${step.name} goes via ${step.via}, which the target file starts`);
  }
}

/** Steps with a URL of their own: to the target itself they would compare one server with itself. */
function notRepointed({ scenario, target }: LoadedScenario): string[] {
  const own = addressesOf(target);
  const origins = originsOf(scenario);
  const inside = origins.find((origin) => own.has(placeOfUrl(origin)));
  if (inside !== undefined) {
    throw new MettleError({
      code: 'NOT_REPOINTED',
      message: `a step names ${inside}, the target itself: it would be the same server before and after`,
      hint: 'write only the path in the step',
    });
  }
  return origins.map((origin) => `${origin} is asked by both sides alike: a step names it in full`);
}

function notObserved(target: TargetSpec): string[] {
  const { process: processes, docker, prometheus } = target.observe;
  const elsewhere = prometheus !== null && scrapedThere(target) === null;
  return [
    ...(processes ? ['CPU and memory are not observed: nothing is started'] : []),
    ...(docker ? ['containers are not observed: nothing says which of the two servers is in them'] : []),
    ...(elsewhere ? [`${prometheus.from} is not scraped: it is one server for both`] : []),
  ];
}
