// Claims: named once, readable, about metrics of this scenario, and honest where they expect less than is documented.

import { expectationProblem } from '../../compare/claim-test.ts';
import { isWeakerThanDocumented, parseExpectation } from '../../compare/expectation.ts';
import { parseMeasure } from '../../slo/parse.ts';
import { metricOf } from '../../slo/reading.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import type { ClaimSpec } from '../scenario.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';
import { checkMeasure, knownNames } from './promises.ts';

export const checkClaims: Check = ({ scenario, target }) => {
  const known = knownNames(scenario, target);
  const ids = new Set<string>();
  return scenario.claims.flatMap((claim, index): Problem[] => {
    const path = ['claims', index];
    const repeated = ids.has(claim.id);
    ids.add(claim.id);
    return [
      ...(repeated ? [problemAt([...path, 'id'], `two claims have the id ${quoted(claim.id)}`)] : []),
      ...checkMeasure(claim.metric, [...path, 'metric'], known, target),
      ...checkExpectation(claim, path),
    ];
  });
};

function checkExpectation(claim: ClaimSpec, path: Path): Problem[] {
  const here = [...path, 'expect'];
  const parsed = parseExpectation(claim.expect);
  if (!parsed.ok) {
    const { message, offset, suggestion } = parsed.problem;
    return [{ ...problemAt(here, message, suggestion ?? undefined), offset }];
  }
  const measure = parseMeasure(claim.metric);
  const metric = measure.ok ? metricOf(measure.value) : undefined;
  const unfit = metric === undefined ? null : expectationProblem(parsed.value, metric);
  if (unfit !== null) return [problemAt(here, unfit)];
  if (claim.documented === null || claim.because !== null) return [];
  if (isWeakerThanDocumented(parsed.value, claim.documented) !== true) return [];
  const { before, after } = claim.documented;
  const message = `${quoted(claim.expect)} is less than what is documented (${before} to ${after})`;
  return [problemAt(here, message, 'say why in `because`')];
}

const problemAt = (path: Path, message: string, suggestion?: string): Problem => ({
  path,
  part: 'value',
  message,
  suggestion,
});
