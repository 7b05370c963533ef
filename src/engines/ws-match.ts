// Which message is meant, compiled: what it must hold, and the value by which those who wait for it are found.

import type { Json } from '../kernel/json.ts';
import type { EngineEnvironment, Scope } from './engine.ts';
import type { BoundChecks } from './json-checks.ts';
import { compileChecks } from './json-checks.ts';
import type { Select } from './json-path.ts';
import { compileJsonPath, sameJson } from './json-path.ts';
import type { JsonCheck } from './step-input.ts';
import { compileBytes } from './ws-bytes.ts';
import type { Incoming } from './ws-incoming.ts';
import type { WsMatch } from './ws-step.ts';

/** A place in a message whose value tells whose it is. */
export interface MatchKey {
  readonly path: string;
  readonly select: Select;
  readonly value: string | number | boolean | null;
}

/** For one waiting step. Without templates it is the same object every time, so that its waiters can stand in one queue. */
export interface BoundMatch {
  readonly matches: (message: Incoming) => boolean;
  /** null = found by trying. */
  readonly key: MatchKey | null;
}

/** Fills in the values when the step begins. Throws UnresolvedValue. */
export type Match = (scope: Scope) => BoundMatch;

type Equality = Extract<JsonCheck, { readonly expect: 'equals' }>;

const isPrimitive = (value: Json): value is MatchKey['value'] => value === null || typeof value !== 'object';

const holds = (checks: BoundChecks, { json }: Incoming): boolean =>
  json !== undefined && checks(json) === null;

function always(matches: BoundMatch['matches']): Match {
  const match: BoundMatch = { matches, key: null };
  return () => match;
}

/** The first equality with a template is the key: `$.id: "{{sent.id}}"` tells apart, `$.type: reply` does not. */
function compileJson(checks: readonly JsonCheck[], { templates }: EngineEnvironment): Match {
  const equalities = checks.filter((check): check is Equality => check.expect === 'equals');
  const keyed = equalities.find(({ value }) => templates.json(value).fixed === undefined);
  if (keyed === undefined) {
    // Nothing to fill in: bound once, with a scope that is never asked.
    const bound = compileChecks(checks, templates)({ get: () => undefined, set: () => undefined });
    return always((message) => holds(bound, message));
  }
  const template = templates.json(keyed.value);
  const select = compileJsonPath(keyed.path);
  const rest = compileChecks(
    checks.filter((check) => check !== keyed),
    templates,
  );
  return (scope) => {
    const value = template.render(scope);
    const others = rest(scope);
    return {
      matches: (message) =>
        message.json !== undefined &&
        select(message.json).some((found) => sameJson(found, value)) &&
        others(message.json) === null,
      key: isPrimitive(value) ? { path: keyed.path, select, value } : null,
    };
  };
}

function compileText(contains: string, { templates }: EngineEnvironment): Match {
  const template = templates.text(contains);
  const within =
    (text: string): BoundMatch['matches'] =>
    (message) =>
      !message.isBinary && message.text.includes(text);
  if (template.fixed !== undefined) return always(within(template.fixed));
  return (scope) => ({ matches: within(template.render(scope)), key: null });
}

function compileBinary(
  written: WsMatch & { readonly kind: 'binary' },
  environment: EngineEnvironment,
): Match {
  if (written.startsWith === null) return always((message) => message.isBinary);
  const bytes = compileBytes(written.startsWith, environment);
  const begins =
    (start: Buffer): BoundMatch['matches'] =>
    ({ isBinary, raw }) =>
      isBinary && raw.subarray(0, start.length).equals(start);
  if (bytes.fixed !== undefined) return always(begins(bytes.fixed));
  return (scope) => ({ matches: begins(bytes.render(scope)), key: null });
}

/** Throws what compiling templates and reading files throws. */
export function compileMatch(written: WsMatch, environment: EngineEnvironment): Match {
  switch (written.kind) {
    case 'any':
      return always(() => true);
    case 'json':
      return compileJson(written.checks, environment);
    case 'text':
      return compileText(written.contains, environment);
    case 'regex': {
      const regex = new RegExp(written.regex, 'u');
      return always((message) => !message.isBinary && regex.test(message.text));
    }
    case 'binary':
      return compileBinary(written, environment);
  }
}
