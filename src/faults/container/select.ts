// Choosing the containers of a fault, and the guards on the choice: default-deny, decided before anything is changed.

import { MettleError } from '../../kernel/errors.ts';
import { shuffled } from '../../kernel/random.ts';
import type { Random } from '../../kernel/random.ts';
import type { DockerPort } from '../clients/docker-port.ts';
import type { ContainerState } from '../clients/docker-state.ts';
import type { ContainerSelector } from './selector.ts';

export interface ContainerRules {
  /** The target's own Compose project; null: it names none. */
  readonly project: string | null;
  /** The most containers that faults may hold at the same time. */
  readonly maxContainers: number;
  /** The largest share of those that match; 1 = all. */
  readonly maxShare: number;
}

export interface ContainerChoice {
  /** As written: `service:db`. */
  readonly on: string;
  readonly selector: ContainerSelector;
  /** So many of those that match; null = all. */
  readonly pick: number | null;
  readonly random: Random;
  readonly rules: ContainerRules;
  /** Ids that other faults hold at this moment. */
  readonly held: ReadonlySet<string>;
}

/** Whoever labels a container so allows faults on it, whoever started it. */
const permission = 'mettle.allow';

/** At least one, in the order of their names. Throws a MettleError (exit code 2): nothing matches, or it may not be. */
export async function chooseContainers(
  docker: DockerPort,
  choice: ContainerChoice,
): Promise<ContainerState[]> {
  const { on, selector, pick, random, rules, held } = choice;
  const matching = await matches(docker, selector, rules);
  if (matching.length === 0)
    throw refused('NO_CONTAINER', `no container matches ${on}`, 'look for it: docker ps --all');
  const allowed = guardAllowed(on, matching, selector, rules);
  const present = selector.by === 'container' ? allowed : allowed.filter(isUp);
  if (present.length === 0) {
    const states = allowed.map(({ name, status }) => `${name} is ${status}`).join(', ');
    throw refused('NO_CONTAINER', `no running container matches ${on}: ${states}`, 'start it first');
  }
  if (pick !== null && pick > present.length)
    throw refused(
      'NO_CONTAINER',
      `${on} matches ${count(present.length)}, fewer than the ${pick} to pick`,
      'lower `pick`, or start more of them',
    );
  const inOrder = [...present].sort(byName);
  const chosen = pick === null ? inOrder : shuffled(inOrder, random).slice(0, pick).sort(byName);
  guardShare(on, chosen.length, present.length, rules);
  guardCount(on, chosen, held, rules);
  return chosen;
}

async function matches(
  docker: DockerPort,
  { by, value }: ContainerSelector,
  { project }: ContainerRules,
): Promise<ContainerState[]> {
  if (by === 'container') {
    const state = await docker.inspect(value);
    return state === undefined ? [] : [state];
  }
  const label = by === 'label' ? value : `com.docker.compose.service=${value}`;
  const ids = await docker.list({ labels: [label] });
  const states = await Promise.all(ids.map((id) => docker.inspect(id)));
  const found = states.flatMap((state) => (state === undefined ? [] : [state])); // one that has just been removed
  if (by === 'label') return found;
  // `docker compose run` makes containers of a service that do not serve.
  const serving = found.filter(({ labels }) => labels['com.docker.compose.oneoff'] !== 'True');
  // Other projects may have services of the same name: they are not meant, unless they allow it.
  const ours = serving.filter((state) => isAllowed(state, project));
  return ours.length > 0 ? ours : serving;
}

const isUp = ({ status }: ContainerState): boolean =>
  status === 'running' || status === 'paused' || status === 'restarting';

const isAllowed = (state: ContainerState, project: string | null): boolean =>
  state.labels[permission] === 'true' || (project !== null && state.project === project);

function guardAllowed(
  on: string,
  matching: readonly ContainerState[],
  selector: ContainerSelector,
  { project }: ContainerRules,
): readonly ContainerState[] {
  const strange = matching.filter((state) => !isAllowed(state, project));
  const [first] = strange;
  if (first === undefined) return matching;
  const whose =
    first.project === null ? 'was not made by Compose' : `is of the Compose project ${first.project}`;
  const own = project === null ? 'the target names no project of its own' : `the target’s own is ${project}`;
  const others = strange.length > 1 ? ` (and ${strange.length - 1} more)` : '';
  const narrower =
    selector.by === 'label' && strange.length < matching.length ? ', or choose a narrower label' : '';
  throw refused(
    'CONTAINER_NOT_ALLOWED',
    `${on} matches the container ${first.name}${others}, on which no fault may be put: it ${whose}, ${own}, and it has no label ${permission}=true`,
    `label it ${permission}=true, or name its project in the target file (\`docker: { project: … }\`)${narrower}`,
  );
}

function guardShare(on: string, chosen: number, matching: number, { maxShare }: ContainerRules): void {
  if (chosen / matching <= maxShare + 1e-9) return;
  throw refused(
    'CONTAINER_LIMIT',
    `${on} would hold ${chosen} of ${count(matching)}, more than the ${Math.round(maxShare * 100)} % that the target allows`,
    'pick fewer, or raise `docker: { limits: { share: … } }` in the target file',
  );
}

function guardCount(
  on: string,
  chosen: readonly ContainerState[],
  held: ReadonlySet<string>,
  { maxContainers }: ContainerRules,
): void {
  const together = new Set([...held, ...chosen.map(({ id }) => id)]).size;
  if (together <= maxContainers) return;
  const other = together - chosen.length;
  const besides = other > 0 ? `, with the ${other} that other faults hold then` : '';
  throw refused(
    'CONTAINER_LIMIT',
    `${on} would hold ${count(chosen.length)}${besides}, more than the ${maxContainers} that the target allows`,
    '`pick` fewer, or raise `docker: { limits: { containers: … } }` in the target file',
  );
}

const count = (containers: number): string =>
  `${containers} ${containers === 1 ? 'container' : 'containers'}`;

const byName = (a: ContainerState, b: ContainerState): number => (a.name < b.name ? -1 : 1);

const refused = (code: string, message: string, hint: string): MettleError =>
  new MettleError({ code, message, hint });
