// Placeholders and conditions in steps: every name is a column, an earlier capture, a declared secret, or built in.

import { didYouMean } from '../../kernel/suggest.ts';
import { ConditionError } from '../condition-words.ts';
import { compileCondition } from '../conditions.ts';
import { type Problem, valueAt } from '../issues.ts';
import type { Step } from '../scenario.ts';
import type { TemplateReference } from '../template-values.ts';
import { reservedNames, TemplateError } from '../template-values.ts';
import { templateReferences } from '../templates.ts';
import { allSteps } from '../walk-steps.ts';
import type { Path } from '../yaml-document.ts';
import type { Names } from './captures.ts';
import { capturedBy, walkNames } from './captures.ts';
import type { Check, CheckInput } from './check.ts';

/** Keys of a step whose texts are no templates; its own lists of steps are met as steps of their own. */
const plain: ReadonlySet<string> = new Set([
  ...['name', 'as', 'via', 'call', 'capture', 'sets', 'timeout', 'onError', 'wait', 'file'],
  ...['think', 'repeat', 'if', 'then', 'else', 'until', 'steps', 'every', 'atMost', 'within'],
]);

interface Found {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

export const checkTemplates: Check = (input) => examine(input).problems;

/** A name that only some ways lead to: no mistake for sure, but a failure on the other ways. */
export const templateWarnings: Check = (input) => examine(input).warnings;

function examine(input: CheckInput): Found {
  const found: Found = { problems: [], warnings: [] };
  const check = (texts: readonly Text[], names: Names): void => {
    for (const text of texts) checkText(text, templateReferences, names, input, found);
  };
  for (const flow of Object.values(input.scenario.flows)) {
    walkNames(flow, ({ step, path }, names, when) => {
      if (when === 'before') check(textsOfStep(valueAt(input.written, path), path), names);
      const condition = conditionOf(step, when);
      if (condition === undefined) return;
      const text = { text: condition.text, path: [...path, condition.key] };
      checkText(text, (source) => compileCondition(source).references, names, input, found);
    });
  }
  // What all requests send may read what any flow has captured; certificates belong to no user.
  const all = new Set(allSteps(input.scenario.flows).flatMap(({ step }) => capturedBy(step)));
  for (const path of [
    ['http', 'headers'],
    ['http', 'auth'],
  ]) {
    check(textsIn(valueAt(input.written, path), path), { sure: all, possible: all });
  }
  const passphrase = ['tls', 'passphrase'];
  check(textsIn(valueAt(input.written, passphrase), passphrase), { sure: new Set(), possible: new Set() });
  return found;
}

const textsOfStep = (written: unknown, path: Path): Text[] =>
  Object.entries(written ?? {}).flatMap(([key, value]) =>
    plain.has(key) ? [] : textsIn(value, [...path, key]),
  );

/** An `if` is asked before its steps, an `until` after them. */
function conditionOf(step: Step, when: 'before' | 'after'): { key: string; text: string } | undefined {
  if (step.kind === 'if' && when === 'before') return { key: 'if', text: step.condition };
  return step.kind === 'until' && when === 'after' ? { key: 'until', text: step.condition } : undefined;
}

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

function checkText(
  { text, path }: Text,
  referencesOf: (source: string) => readonly TemplateReference[],
  names: Names,
  input: CheckInput,
  found: Found,
): void {
  const at = (offset: number, { message, suggestion }: Complaint): Problem => ({
    path,
    part: 'value',
    offset,
    message,
    suggestion,
  });
  try {
    for (const reference of referencesOf(text)) {
      const problem = complaintOf(reference, names, input);
      if (problem !== undefined) found.problems.push(at(reference.offset, problem));
      else if (isDoubtful(reference, names, input)) {
        const message = `{{${reference.path}}} has a value only on some ways to this step`;
        const suggestion = `give it a default, such as {{${reference.path} | none}}`;
        found.warnings.push(at(reference.offset, { message, suggestion }));
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof TemplateError || thrown instanceof ConditionError)) throw thrown;
    found.problems.push(at(thrown.offset, { message: thrown.message, suggestion: thrown.hint }));
  }
}

interface Complaint {
  readonly message: string;
  readonly suggestion?: string | undefined;
}

const rootOf = (path: string): string => path.split('.', 1)[0] ?? '';

function isDoubtful({ path, optional }: TemplateReference, names: Names, { scenario }: CheckInput): boolean {
  const root = rootOf(path);
  return (
    !optional && names.possible.has(root) && !names.sure.has(root) && !Object.hasOwn(scenario.data, root)
  );
}

function complaintOf(
  { path }: TemplateReference,
  names: Names,
  { scenario, target }: CheckInput,
): Complaint | undefined {
  const [root = '', field] = path.split('.');
  if (root === 'env') {
    if (field !== undefined && target.secrets.includes(field)) return undefined;
    const message = `{{${path}}} reads a variable that the target does not declare`;
    const near = didYouMean(field ?? '', target.secrets);
    return { message, suggestion: near ?? `add it to \`secrets\` of the target file` };
  }
  if (names.possible.has(root)) return undefined;
  const columns = Object.entries(scenario.data).flatMap(([feed, { rows }]) =>
    Object.keys(rows[0] ?? {}).map((column) => `${feed}.${column}`),
  );
  if (Object.hasOwn(scenario.data, root)) {
    if (field === undefined || columns.includes(`${root}.${field}`)) return undefined;
    return missing(
      path,
      columns.filter((column) => column.startsWith(`${root}.`)),
    );
  }
  return missing(path, [...names.possible, ...columns, ...reservedNames]);
}

const missing = (path: string, known: readonly string[]): Complaint => ({
  message: `nothing is called {{${path}}} here`,
  suggestion: didYouMean(path, known) ?? (known.length > 0 ? `known: ${known.join(', ')}` : undefined),
});
