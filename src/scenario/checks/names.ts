// Names that are taken: what a template would read under them is not what the scenario keeps there.

import { quoted } from '../issue-words.ts';
import { type Problem, valueAt } from '../issues.ts';
import { reservedNames } from '../template-values.ts';
import { allSteps } from '../walk-steps.ts';
import type { Path } from '../yaml-document.ts';
import { capturedBy } from './captures.ts';
import type { Check } from './check.ts';

const isTaken = (name: string): boolean => reservedNames.some((reserved) => reserved === name);

const problem = (path: Path, part: Problem['part'], name: string): Problem => ({
  path,
  part,
  message: `${quoted(name)} always means the same in templates`,
  suggestion: 'choose another name',
});

export const checkTakenNames: Check = ({ scenario, written }) => [
  ...Object.keys(scenario.data)
    .filter(isTaken)
    .map((name) => problem(['data', name], 'key', name)),
  ...allSteps(scenario.flows).flatMap(({ step, path }) =>
    capturedBy(step)
      .filter(isTaken)
      .map((name) => {
        const key = [...path, 'capture', name];
        return valueAt(written, key) === undefined ? problem(path, 'value', name) : problem(key, 'key', name);
      }),
  ),
];
