// Where a fault is put: on a link, a process or containers, of a kind that can be put there, under a name that exists.

import { containerSelector } from '../../faults/container/selector.ts';
import { kindsOn, placeOf } from '../../faults/registry.ts';
import type { Place } from '../../faults/registry.ts';
import type { TargetSpec } from '../../system/target-spec.ts';
import { quoted } from '../issue-words.ts';
import type { Problem } from '../issues.ts';
import type { ScheduledFault } from '../scenario.ts';
import { unknown } from './load.ts';

export interface PlaceNames {
  readonly link: readonly string[];
  /** Empty for a target by URL: nothing is started for it. */
  readonly process: readonly string[];
}

export function namesOf(target: TargetSpec): PlaceNames {
  const started = [...Object.keys(target.clients), ...Object.keys(target.dependencies)];
  const isStarted = Object.values(target.variants).every(({ kind }) => kind === 'process');
  return { link: ['clients', ...started], process: isStarted ? ['target', ...started] : [] };
}

const places: Readonly<Record<Place, string>> = {
  link: 'a dependency, a client or `clients`',
  process: '`target`, a client or a dependency that Mettle starts',
  container: '`container:<name>`, `service:<Compose service>` or `label:<key>=<value>`',
};

export function placeProblemsOf(fault: ScheduledFault, index: number, names: PlaceNames): Problem[] {
  const at = (...keys: string[]) => ({ path: ['chaos', index, ...keys], part: 'value' }) as const;
  const { kind } = fault.fault;
  const place = placeOf(kind, fault.on);
  const problems: Problem[] = [];
  if (!kindsOn(place).includes(kind)) {
    const fitting = (['link', 'process', 'container'] as const).filter((one) => kindsOn(one).includes(kind));
    const suggestion = `${quoted(kind)} goes on ${fitting.map((one) => places[one]).join(', or ')}`;
    problems.push({ ...at('on'), message: `${quoted(kind)} cannot be put on ${words[place]}`, suggestion });
  } else if (place === 'container') {
    const value = containerSelector(fault.on)?.value ?? '';
    if (!/^[\w][\w./-]*(=[^\s=]*)?$/.test(value))
      problems.push({ ...at('on'), message: `${quoted(value)} cannot be the name of a container` });
  } else if (!names[place].includes(fault.on)) {
    problems.push({ ...at('on'), ...unknown(place, fault.on, names[place]) });
  }
  if (place === 'container' && 'processes' in fault.fault && fault.fault.processes === 'children')
    problems.push({
      ...at('with', 'processes'),
      message:
        'the children of a container cannot be told apart from it: the signal goes to its main process',
    });
  if (fault.pick !== null && place !== 'container')
    problems.push({
      ...at('pick'),
      message: '`pick` chooses among containers',
      suggestion: `\`on: ${places.container}\``.replaceAll('``', '`'),
    });
  return problems;
}

const words: Readonly<Record<Place, string>> = {
  link: 'a link',
  process: 'a process',
  container: 'containers',
};
