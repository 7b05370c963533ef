// Every check of a scenario, one line each. All of them run, so that one look shows every problem.

import type { Problem } from '../issues.ts';
import { chaosWarnings, checkChaos } from './chaos.ts';
import { checkClaims } from './claims.ts';
import type { Check, CheckInput } from './check.ts';
import { checkLoad, loadWarnings } from './load.ts';
import { checkPromises } from './promises.ts';
import { checkRecovery } from './recovery.ts';
import { checkSteps } from './steps.ts';
import { checkTemplates } from './templates.ts';

const checks: readonly Check[] = [
  checkLoad,
  checkSteps,
  checkTemplates,
  checkChaos,
  checkPromises,
  checkRecovery,
  checkClaims,
];

const warnings: readonly Check[] = [loadWarnings, chaosWarnings];

export const runChecks = (input: CheckInput): { problems: Problem[]; warnings: Problem[] } => ({
  problems: checks.flatMap((check) => check(input)),
  warnings: warnings.flatMap((check) => check(input)),
});
