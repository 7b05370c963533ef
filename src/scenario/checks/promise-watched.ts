// Promises about processes, containers and the target's own metrics: only where the target file has them watched.

import { containerSelector } from '../../faults/container/selector.ts';
import type { Measure, Positions, SyntaxProblem } from '../../slo/expression.ts';
import { metricNamed } from '../../slo/metrics/registry.ts';
import { sidesOf } from '../../slo/sides.ts';
import type { TargetSpec } from '../../system/target-spec.ts';

/** What is watched by name: the target, its clients and what it depends on; containers only show while they run. */
export function watchedNames({ observe, variants, clients, dependencies }: TargetSpec): string[] {
  if (!observe.process) return [];
  const started = Object.values(variants).some(({ kind }) => kind === 'process');
  return [...(started ? ['target'] : []), ...Object.keys(clients), ...Object.keys(dependencies)];
}

/** What only the engine tells, and what only the process table does. */
const ofContainers: ReadonlySet<string> = new Set(['memory_share', 'processes', 'oom_kills']);
const ofProcesses: ReadonlySet<string> = new Set([
  'threads',
  'open_files',
  'sockets',
  'sockets_left',
  'open_files_left',
]);

const isContainer = (subject: string): boolean => {
  const by = containerSelector(subject)?.by;
  return by === 'container' || by === 'service';
};

/** Containers that a measure names, which nobody can know before they run. */
export const containersIn = (measure: Measure, { observe }: TargetSpec): string[] =>
  observe.docker
    ? sidesOf(measure).flatMap(({ subject }) => (subject !== null && isContainer(subject) ? [subject] : []))
    : [];

/** The first thing that nobody watches; null: there is none. */
export function unwatched(measure: Measure, positions: Positions, target: TargetSpec): SyntaxProblem | null {
  const other = positions.against ?? positions;
  const problems = sidesOf(measure).map((side, index) =>
    unwatchedSide(side, index === 0 ? positions : other, target),
  );
  return problems.find((problem) => problem !== null) ?? null;
}

function unwatchedSide(
  { metric, subject }: Measure,
  { metric: offset }: Positions,
  { observe, variants, file }: TargetSpec,
): SyntaxProblem | null {
  const lacks = (what: string, key: string): SyntaxProblem => {
    const there = file === null ? 'give the target a file of its own, with' : 'add to the target file:';
    return { message: `\`${metric}\` needs ${what}`, offset, suggestion: `${there} \`observe: { ${key} }\`` };
  };
  const about = metricNamed(metric)?.subject;
  if (about === 'scraped' && observe.prometheus === null)
    return lacks("the target's own metrics, and nothing reads them", 'prometheus: GET /metrics');
  if (about !== 'observed') return null;
  const onContainer = subject !== null && isContainer(subject);
  if ((onContainer ? ofProcesses : ofContainers).has(metric))
    return {
      message: `\`${metric}\` is not seen of ${onContainer ? 'containers' : 'processes'}`,
      offset,
      suggestion: onContainer
        ? 'name a process that Mettle starts, e.g. `target`'
        : `name a container, e.g. \`${metric}(service:<name>)\``,
    };
  if (onContainer) return observe.docker ? null : lacks('the containers to be watched', 'docker: true');
  const started = Object.values(variants).some(({ kind }) => kind === 'process');
  if (subject === 'target' && !started)
    return {
      message: `\`${metric}(target)\` is about a process, and Mettle does not start the target`,
      offset,
      suggestion: `name its container, e.g. \`${metric}(service:<name>)\``,
    };
  return observe.process ? null : lacks('the processes to be watched', 'process: true');
}
