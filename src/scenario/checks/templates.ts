// Placeholders in steps: every name in `{{…}}` is a column, an earlier capture, a declared secret, or built in.

import { messageOf } from '../../kernel/errors.ts';
import { type Problem, valueAt } from '../issues.ts';
import { didYouMean } from '../../kernel/suggest.ts';
import { reservedNames, TemplateError, templateReferences } from '../templates.ts';
import { allSteps, type PlacedStep } from '../walk-steps.ts';
import type { Path } from '../yaml-document.ts';
import type { Check, CheckInput } from './check.ts';

/** Keys of a step whose texts are templates, all the way down. */
const templated = [
  ...['http', 'ws', 'headers', 'query', 'json', 'form', 'text', 'multipart', 'auth', 'stream'],
  ...['expect', 'match', 'reply'],
];

export const checkTemplates: Check = (input) =>
  allSteps(input.scenario.flows).flatMap((placed) =>
    templated
      .flatMap((key) => textsIn(valueAt(input.written, [...placed.path, key]), [...placed.path, key]))
      .flatMap(({ text, path }) => checkText(text, path, placed, input)),
  );

interface Text {
  readonly text: string;
  readonly path: Path;
}

function textsIn(value: unknown, path: Path): Text[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}

function checkText(text: string, path: Path, placed: PlacedStep, input: CheckInput): Problem[] {
  const at = (offset: number, message: string, suggestion?: string): Problem => ({
    path,
    part: 'value',
    offset,
    message,
    suggestion,
  });
  try {
    return templateReferences(text).flatMap((reference) => {
      const problem = checkReference(reference.path, placed, input);
      return problem === undefined ? [] : [at(reference.offset, problem.message, problem.suggestion)];
    });
  } catch (thrown) {
    return [at(thrown instanceof TemplateError ? thrown.offset : 0, messageOf(thrown), hintOf(thrown))];
  }
}

const hintOf = (thrown: unknown): string | undefined =>
  thrown instanceof TemplateError ? thrown.hint : undefined;

interface Complaint {
  readonly message: string;
  readonly suggestion?: string | undefined;
}

function checkReference(
  path: string,
  placed: PlacedStep,
  { scenario, target }: CheckInput,
): Complaint | undefined {
  const [root = '', field] = path.split('.');
  if (root === 'env') {
    if (field !== undefined && target.secrets.includes(field)) return undefined;
    const message = `{{${path}}} reads a variable that the target does not declare`;
    const near = didYouMean(field ?? '', target.secrets);
    return { message, suggestion: near ?? `add it to \`secrets\` of the target file` };
  }
  const columns = Object.entries(scenario.data).flatMap(([feed, { rows }]) =>
    Object.keys(rows[0] ?? {}).map((column) => `${feed}.${column}`),
  );
  if (Object.hasOwn(scenario.data, root)) {
    const known = field === undefined || columns.includes(`${root}.${field}`);
    return known
      ? undefined
      : missing(
          path,
          columns.filter((column) => column.startsWith(`${root}.`)),
        );
  }
  const captures = capturedBefore(placed, scenario.flows);
  if (captures.includes(root)) return undefined;
  return missing(path, [...captures, ...columns, ...reservedNames]);
}

const missing = (path: string, known: readonly string[]): Complaint => ({
  message: `nothing is called {{${path}}} here`,
  suggestion: didYouMean(path, known) ?? (known.length > 0 ? `known: ${known.join(', ')}` : undefined),
});

/** Names captured by earlier steps of the flow, or by any step of a repetition that holds this one. */
function capturedBefore(placed: PlacedStep, flows: CheckInput['scenario']['flows']): string[] {
  const steps = allSteps(flows).filter((other) => other.flow === placed.flow);
  const index = steps.findIndex((other) => other.path.join('.') === placed.path.join('.'));
  const loops = steps.filter((other) => other.step.kind === 'repeat' && startsWith(placed.path, other.path));
  return steps.flatMap((other, position) => {
    const sameLoop = loops.some((loop) => startsWith(other.path, loop.path));
    if (other.step.kind !== 'http' || (position >= index && !sameLoop)) return [];
    return other.step.capture.map((capture) => capture.name);
  });
}

const startsWith = (path: Path, start: Path): boolean =>
  start.every((segment, index) => path[index] === segment);
