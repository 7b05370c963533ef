// What a hooks module exports, found by reading it: nothing of it is run before a load thread imports it.

import { readFile } from 'node:fs/promises';
import type { Node, Pattern, Program, VariableDeclaration } from 'acorn';
import { parse } from 'acorn';
import { stripTypes } from '../engines/strip-types.ts';
import { messageOf } from '../kernel/errors.ts';
import { didYouMean } from '../kernel/suggest.ts';
import type { Problem } from './issues.ts';
import type { Flow, ProjectFile } from './scenario.ts';
import { stepsOfFlow } from './walk-steps.ts';

export interface HookExports {
  readonly names: readonly string[];
  /** False when it also hands on the exports of other modules (`export *`), which are not looked at. */
  readonly isWhole: boolean;
}

const largestCharacters = 4 * 1_048_576;

/** The exports of a module. Throws an Error with `<file>:<line>:<column>` where it is not one. */
export async function hookExports(source: string, file: string): Promise<HookExports> {
  if (source.length > largestCharacters) throw new Error(`${file}: larger than 4MiB`);
  const plain = /\.m?ts$/.test(file) ? await stripTypes(source, file) : source;
  return exportsOf(programOf(plain, file));
}

function programOf(source: string, file: string): Program {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
  } catch (thrown) {
    // acorn ends its message with the place: (2:5), its columns from 0.
    const [, message = messageOf(thrown), line, column] =
      /^(.*) \((\d+):(\d+)\)$/.exec(messageOf(thrown)) ?? [];
    throw new Error(`${file}${line === undefined ? '' : `:${line}:${Number(column) + 1}`}: ${message}`, {
      cause: thrown,
    });
  }
}

function exportsOf(program: Program): HookExports {
  const names: string[] = [];
  let isWhole = true;
  for (const node of program.body) {
    if (node.type === 'ExportAllDeclaration') {
      if (node.exported === null || node.exported === undefined) isWhole = false;
      else names.push(nameOf(node.exported));
    } else if (node.type === 'ExportNamedDeclaration') {
      names.push(...node.specifiers.map(({ exported }) => nameOf(exported)));
      const { declaration } = node;
      if (declaration?.type === 'VariableDeclaration') names.push(...variablesOf(declaration));
      else if (declaration !== null && declaration !== undefined) names.push(declaration.id.name);
    }
  }
  return { names, isWhole };
}

const nameOf = (node: Node & ({ name: string } | { value?: unknown })): string =>
  'name' in node ? node.name : String(node.value);

const variablesOf = ({ declarations }: VariableDeclaration): string[] =>
  declarations.flatMap(({ id }) => boundBy(id));

/** `export const { a, b: c } = …` is rare, but it is an export of a and c. */
function boundBy(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundBy(property.type === 'Property' ? property.value : property.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : boundBy(element)));
    case 'RestElement':
      return boundBy(pattern.argument);
    case 'AssignmentPattern':
      return boundBy(pattern.left);
    case 'MemberExpression':
      return [];
  }
}

/** What is wrong with the module, and with the calls of it. */
export async function checkHooks(
  hooks: string | undefined,
  file: ProjectFile | undefined,
  flows: readonly Flow[],
): Promise<Problem[]> {
  const calls = flows
    .flatMap(stepsOfFlow)
    .flatMap(({ step, path }) =>
      step.kind === 'call' ? [{ name: step.function, path: [...path, 'call'] }] : [],
    );
  if (hooks === undefined) {
    const message = '`call` needs a module of functions';
    return calls.map(({ path }) => ({
      path,
      part: 'value',
      message,
      suggestion: 'name it: `hooks: hooks.ts`',
    }));
  }
  // Otherwise it has been said already that there is no such file.
  if (file === undefined) return [];
  try {
    const { names, isWhole } = await hookExports(await readFile(file.path, 'utf8'), hooks);
    return calls.flatMap(({ name, path }): Problem[] => {
      if (names.includes(name) || !isWhole) return [];
      const known = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
      const message = `${hooks} exports no function "${name}"`;
      return [{ path, part: 'value', message, suggestion: didYouMean(name, names) ?? known }];
    });
  } catch (thrown) {
    return [{ path: ['hooks'], part: 'value', message: messageOf(thrown) }];
  }
}
