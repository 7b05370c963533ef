// Secrets that templates read must be set when a run starts: a request without its token measures something else.

import { MettleError } from '../kernel/errors.ts';
import { compileCondition } from '../scenario/conditions.ts';
import type { Scenario, Step } from '../scenario/scenario.ts';
import { templateReferences } from '../scenario/templates.ts';
import { allSteps } from '../scenario/walk-steps.ts';

/** Texts of a step that are no template may look like one that is wrong; validation has seen those that are. */
function namesRead(text: string): string[] {
  if (!text.includes('env.')) return [];
  try {
    return templateReferences(text).map(({ path }) => path);
  } catch (thrown) {
    if (thrown instanceof MettleError) return [];
    throw thrown;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const conditionsOf = (step: Step): string[] =>
  step.kind === 'if' || step.kind === 'until'
    ? compileCondition(step.condition).references.map(({ path }) => path)
    : [];

/** Throws MettleError (exit code 2) that names the variables that are missing in `env`. */
export function refuseUnsetSecrets(
  scenario: Pick<Scenario, 'flows' | 'http' | 'tls'>,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const steps = allSteps(scenario.flows).map(({ step }) => step);
  const names = [
    ...textsIn([scenario.http, scenario.tls, steps]).flatMap(namesRead),
    ...steps.flatMap(conditionsOf),
  ];
  const variables = names.flatMap((name) => (name.startsWith('env.') ? [name.slice('env.'.length)] : []));
  const unset = [...new Set(variables)].filter((name) => (env[name] ?? '') === '');
  if (unset.length === 0) return;
  throw new MettleError({
    code: 'SECRET_NOT_SET',
    message: `the scenario reads ${unset.join(', ')}, and ${unset.length === 1 ? 'it is' : 'they are'} not set`,
    hint: 'Set it in the environment of this command.',
  });
}
