// What one key of a target file asks of another: the rules that no single field can check.

import { isLoopback } from './host-rules.ts';
import type { TargetSpec } from './target-spec.ts';

type Target = Omit<TargetSpec, 'folder' | 'file'>;

export interface TargetProblem {
  readonly path: string[];
  readonly message: string;
}

/** Set by Mettle in every child, so no file may set them. */
const reservedVariables = ['PORT', 'METTLE_CHILD'];
/** Names with a meaning of their own in `on:` and in observations. */
const reservedNames = ['clients', 'target'];

export function checkTarget(target: Target): TargetProblem[] {
  const observed =
    target.observe.docker && target.docker.project === null
      ? [
          {
            path: ['observe', 'docker'],
            message: 'which containers? State the Compose project: `docker: { project: shop }`',
          },
        ]
      : [];
  return [
    ...checkVariants(target),
    ...checkNames(target),
    ...checkVariables(target),
    ...observed,
    ...checkScrape(target),
  ];
}

/** A path is one of the target: it needs an address to stand behind. */
function checkScrape({ observe, http, variants }: Target): TargetProblem[] {
  if (observe.prometheus?.from.startsWith('/') !== true) return [];
  const without = Object.values(variants).some((variant) =>
    variant.kind === 'process' ? http === null : variant.http === null,
  );
  const message = 'a path is scraped over HTTP: it needs `http`, or write the whole URL';
  return without ? [{ path: ['observe', 'prometheus'], message }] : [];
}

function checkVariants(target: Target): TargetProblem[] {
  const variants = Object.values(target.variants);
  if (variants.length === 0) return [{ path: ['variants'], message: 'a target needs at least one variant' }];
  const problems: TargetProblem[] = [];
  if (variants.some((variant) => variant.kind === 'process')) {
    if (target.http === null && target.ws === null) {
      const message = 'a target that is started needs `http` or `ws`, e.g. `http: http://127.0.0.1:{{port}}`';
      problems.push({ path: ['variants'], message });
    }
    for (const key of ['http', 'ws'] as const) {
      const url = target[key];
      if (url === null || isLoopback(new URL(url.replace('{{port}}', '1')).hostname)) continue;
      problems.push({
        path: [key],
        message: 'a target that is started listens on this machine: use 127.0.0.1',
      });
    }
  }
  for (const [name, variant] of Object.entries(target.variants)) {
    if (variant.kind !== 'url') continue;
    if (!`${variant.http ?? ''}${variant.ws ?? ''}`.includes('{{port}}')) continue;
    const message = '`{{port}}` is for targets that Mettle starts; state the port of one that runs already';
    problems.push({ path: ['variants', name], message });
  }
  if (
    target.http === null &&
    target.ready !== null &&
    variants.some((variant) => variant.kind === 'process')
  ) {
    problems.push({ path: ['ready'], message: 'a ready check is an HTTP request: it needs `http`' });
  }
  return problems;
}

function checkNames(target: Target): TargetProblem[] {
  const problems: TargetProblem[] = [];
  for (const group of ['dependencies', 'clients'] as const) {
    for (const name of Object.keys(target[group])) {
      if (reservedNames.includes(name)) {
        problems.push({
          path: [group, name],
          message: `\`${name}\` has a meaning of its own; choose another name`,
        });
      }
    }
  }
  for (const name of Object.keys(target.clients)) {
    if (name in target.dependencies) {
      problems.push({
        path: ['clients', name],
        message: `\`${name}\` is also a dependency; names are unique`,
      });
    }
  }
  const provided = Object.entries(target.dependencies).filter(
    ([, dependency]) => dependency.kind === 'provide',
  );
  for (const [name] of provided.slice(1)) {
    problems.push({ path: ['dependencies', name], message: 'one PostgreSQL per target can be provided' });
  }
  return problems;
}

/** A variable that Mettle gives a child must not be set by the file too: one of the two would silently lose. */
function checkVariables(target: Target): TargetProblem[] {
  const problems: TargetProblem[] = [];
  const givenBy = new Map(reservedVariables.map((name) => [name, 'Mettle']));
  for (const group of ['dependencies', 'clients'] as const) {
    const members: Readonly<Record<string, { readonly env: string }>> = target[group];
    for (const [name, { env }] of Object.entries(members)) {
      const giver = givenBy.get(env);
      if (giver !== undefined) {
        problems.push({ path: [group, name, 'env'], message: `${env} is already given by ${giver}` });
      }
      if (group === 'dependencies') givenBy.set(env, `the dependency ${name}`);
    }
  }
  for (const [name, variant] of Object.entries(target.variants)) {
    for (const variable of Object.keys(variant.kind === 'process' ? variant.env : {})) {
      const giver = givenBy.get(variable);
      if (giver === undefined) continue;
      const message = `${variable} is given by ${giver}; setting it here would go round the fault proxy`;
      problems.push({ path: ['variants', name, 'env', variable], message });
    }
  }
  return problems;
}
