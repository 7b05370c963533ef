// What cannot be told of a flow because of its branches, and what no promise would see.

import type { Problem } from '../issues.ts';
import { quoted } from '../issue-words.ts';
import type { Flow, Step } from '../scenario.ts';
import { givesDueTimes } from '../series-names.ts';
import { listsOf, stepsOfFlow } from '../walk-steps.ts';
import type { Path } from '../yaml-document.ts';
import type { Check } from './check.ts';

type First = 'none' | 'known' | { readonly branch: Path };

/** Is the step that would be sent first the same on every way? */
function firstTimed(steps: readonly Step[], path: Path): First {
  for (const [index, step] of steps.entries()) {
    const here = [...path, index];
    const lists = listsOf(step);
    const inner = lists.map(([key, list]) => firstTimed(list, [...here, key]));
    if (lists.length === 0 && step.kind !== 'think') return 'known';
    const timed = inner.find((first) => first !== 'none');
    if (timed === undefined) continue;
    return step.kind === 'if' ? { branch: here } : timed;
  }
  return 'none';
}

/** An arrival that is dropped counts against the series of its first step: there must be one. */
export const checkFirstSteps: Check = ({ scenario }) =>
  Object.values(scenario.flows).flatMap((flow): Problem[] => {
    const isDue = scenario.load.some((entry) => givesDueTimes(entry) && entry.flows.includes(flow.name));
    const first = isDue ? firstTimed(flow.steps, ['flows', flow.name, 'steps']) : 'none';
    if (typeof first === 'string') return [];
    const message =
      'the first request must not be inside an `if`: an arrival that is dropped would count nowhere';
    const suggestion = 'make a flow of each branch, with weights, or put a step before it';
    return [{ path: [...first.branch, 'if'], part: 'key', message, suggestion }];
  });

/** Promises about steps do not see an `until` that is given up: all of its answers were good. */
export const branchWarnings: Check = ({ scenario }) => {
  const isWatched = ({ name }: Flow): boolean =>
    scenario.slo.some(({ assert }) => assert.includes(`flow:${name}`));
  return Object.values(scenario.flows)
    .filter((flow) => scenario.slo.length > 0 && !isWatched(flow))
    .flatMap((flow) =>
      stepsOfFlow(flow).flatMap(({ step, path }): Problem[] => {
        if (step.kind !== 'until' || step.name !== null) return [];
        const message = `when ${quoted(step.condition)} is not reached, only iterations fail, and no promise is about them`;
        const suggestion = `give the \`until\` a name, or promise something of flow:${flow.name}`;
        return [{ path: [...path, 'until'], part: 'key', message, suggestion }];
      }),
    );
};
