// Every check of a scenario, one line each. All of them run, so that one look shows every problem.

import type { Problem } from '../issues.ts';
import { checkBroadcasts } from './broadcast.ts';
import { branchWarnings, checkFirstSteps } from './branches.ts';
import { chaosWarnings, checkChaos } from './chaos.ts';
import { checkClaims } from './claims.ts';
import type { Check, CheckInput } from './check.ts';
import { feedWarnings } from './feeds.ts';
import { checkLoad, loadWarnings } from './load.ts';
import { checkTakenNames } from './names.ts';
import { checkPromises } from './promises.ts';
import { checkRecovery } from './recovery.ts';
import { checkSaturate } from './saturate.ts';
import { checkSteps } from './steps.ts';
import { checkTemplates, templateWarnings } from './templates.ts';

const checks: readonly Check[] = [
  checkLoad,
  checkSaturate,
  checkSteps,
  checkFirstSteps,
  checkTakenNames,
  checkTemplates,
  checkBroadcasts,
  checkChaos,
  checkPromises,
  checkRecovery,
  checkClaims,
];

const warnings: readonly Check[] = [
  loadWarnings,
  feedWarnings,
  templateWarnings,
  branchWarnings,
  chaosWarnings,
];

export const runChecks = (input: CheckInput): { problems: Problem[]; warnings: Problem[] } => ({
  problems: checks.flatMap((check) => check(input)),
  warnings: warnings.flatMap((check) => check(input)),
});
