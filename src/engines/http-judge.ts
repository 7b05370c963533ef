// Whether an answer is a good one: the step's expectations, then its captures.

import { messageOf } from '../kernel/errors.ts';
import { isSensitiveName } from '../kernel/redact.ts';
import { formatDuration, formatSize } from '../kernel/units.ts';
import { isWithin } from './bounds.ts';
import type { CookieJar } from './cookies.ts';
import type { EngineEnvironment, Scope } from './engine.ts';
import type { Failure } from './failures.ts';
import { bodyBytes, codingsOf, excerptBytes, headerText, largestBody, textOf } from './http-content.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { HttpCapture } from './http-expect-input.ts';
import type { Journey } from './http-redirect.ts';
import type { HttpStep } from './http-step.ts';
import type { StreamOutcome } from './http-stream.ts';
import type { BoundChecks } from './json-checks.ts';
import { compileChecks, parseJson } from './json-checks.ts';
import { compileJsonPath } from './json-path.ts';

/** What an answer is judged by; with redirects, its way to the last one. */
export interface Seen extends Journey {
  /** With what the answer has set. */
  readonly cookies: CookieJar;
  /** null for an answer that is not followed event by event. */
  readonly stream: StreamOutcome | null;
}

/** Expected values, filled in; the same object every time when no template is in them. */
export interface Expected {
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string | undefined;
  readonly json: BoundChecks | null;
}

export interface JudgePlan {
  accepts(status: number): boolean;
  /** How much of a body is kept. */
  readonly keepBytes: (status: number) => number;
  /** To be called before the request is sent. Throws UnresolvedValue. */
  bind(scope: Scope): Expected;
  /** null = good; then the captures are set. */
  judge(expected: Expected, seen: Seen, scope: Scope): Failure | null;
}

function headerProblem(answer: HttpAnswer, headers: Expected['headers']): string | null {
  for (const [name, expected] of headers) {
    const value = headerText(answer, name);
    const good = value === undefined ? expected === 'absent' : expected === 'present' || expected === value;
    if (good) continue;
    const shown = value === undefined ? 'absent' : isSensitiveName(name) ? 'another' : `"${value}"`;
    return `header ${name} is ${shown}, not ${expected}`;
  }
  return null;
}

type Find = (seen: Seen, text: string, json: unknown) => unknown;

function compileCapture(capture: HttpCapture): Find {
  switch (capture.from) {
    case 'status':
      return ({ answer }) => answer.status;
    case 'header':
      return ({ answer }) => headerText(answer, capture.header);
    case 'cookie':
      return ({ cookies, request }) => cookies.value(request.origin, capture.cookie, Date.now());
    case 'json': {
      const select = compileJsonPath(capture.path);
      return (_seen, _text, json) => select(json)[0];
    }
    case 'body': {
      const regex = new RegExp(capture.regex, 'u');
      return (_seen, text) => {
        const match = regex.exec(text);
        return match?.[1] ?? match?.[0];
      };
    }
  }
}

function sourceOf(capture: HttpCapture): string {
  switch (capture.from) {
    case 'status':
      return 'the status';
    case 'header':
      return `header ${capture.header}`;
    case 'cookie':
      return `cookie ${capture.cookie}`;
    case 'json':
      return capture.path;
    case 'body':
      return `/${capture.regex}/`;
  }
}

/** What a compiled step has to do with a body. */
interface BodyRules {
  readonly needsJson: boolean;
  readonly needsText: boolean;
  readonly regex: RegExp | null;
  readonly expect: HttpStep['expect'];
  readonly captures: readonly { readonly item: HttpCapture; readonly find: Find }[];
}

/** Of the decoded body; a plain one need not be kept for it. */
function sizeProblem({ answer }: Seen, { expect }: BodyRules): string | null {
  if (expect.size === null) return null;
  const plain = codingsOf(answer).length === 0;
  if (!plain && answer.bodyCut)
    return `the body is larger than the ${formatSize(largestBody)} that can be looked at`;
  const size = plain ? answer.bytes : bodyBytes(answer).length;
  return isWithin(size, expect.size) ? null : `the body has ${size} bytes, not ${expect.size.written}`;
}

function contentProblem(seen: Seen, expected: Expected, rules: BodyRules, scope: Scope): string | null {
  const { answer, stream } = seen;
  const { needsText, needsJson, regex } = rules;
  if (needsText && stream === null && answer.bodyCut)
    return `the body is larger than the ${formatSize(largestBody)} that can be looked at`;
  const what = stream === null ? 'the body' : 'the last event';
  const text = !needsText ? '' : stream === null ? textOf(bodyBytes(answer), answer) : stream.lastEvent;
  const json = needsJson ? parseJson(text) : undefined;
  if (needsJson && json === undefined) return `${what} is not JSON`;
  if (expected.text !== undefined && !text.includes(expected.text))
    return `${what} does not contain "${expected.text}"`;
  if (regex !== null && !regex.test(text)) return `${what} does not match /${regex.source}/`;
  const problem = expected.json?.(json) ?? null;
  if (problem !== null) return problem;
  // All or none: a step that fails leaves nothing behind.
  const found = rules.captures.map(({ find }) => find(seen, text, json));
  const missing = rules.captures[found.indexOf(undefined)];
  if (missing !== undefined)
    return `nothing to capture as ${missing.item.name}: ${sourceOf(missing.item)} is absent`;
  for (const [index, { item }] of rules.captures.entries()) scope.set(item.name, found[index]);
  return null;
}

function measureProblem({ whole, stream }: Seen, { duration, events }: HttpStep['expect']): string | null {
  const durationMicros = whole.endedAtMicros - whole.startedAtMicros;
  if (duration !== null && !isWithin(durationMicros, duration))
    return `it took ${formatDuration(durationMicros)}, not ${duration.written}`;
  if (events !== null && stream !== null && !isWithin(stream.events, events))
    return `${stream.events} events came, not ${events.written}`;
  return null;
}

function compileExpected({ expect }: HttpStep, { templates }: EngineEnvironment): (scope: Scope) => Expected {
  const headers = Object.entries(expect.headers).map(
    ([name, value]) => [name, templates.text(value)] as const,
  );
  const text = expect.text === null ? null : templates.text(expect.text);
  const checks = expect.json.length === 0 ? null : compileChecks(expect.json, templates);
  const bind = (scope: Scope): Expected => ({
    headers: headers.map(([name, value]) => [name, value.render(scope)]),
    text: text?.render(scope),
    json: checks === null ? null : checks(scope),
  });
  const isFixed =
    headers.every(([, value]) => value.fixed !== undefined) &&
    (text === null || text.fixed !== undefined) &&
    (checks === null || checks.isFixed);
  if (!isFixed) return bind;
  const fixed = bind({ get: () => undefined, set: () => undefined });
  return () => fixed;
}

export function compileJudge(step: HttpStep, environment: EngineEnvironment): JudgePlan {
  const { expect, capture, stream } = step;
  const needsJson = expect.json.length > 0 || capture.some(({ from }) => from === 'json');
  const regex = expect.regex === null ? null : new RegExp(expect.regex, 'u');
  const needsText =
    needsJson || expect.text !== null || regex !== null || capture.some(({ from }) => from === 'body');
  const captures = capture.map((item) => ({ item, find: compileCapture(item) }));
  const rules: BodyRules = { needsJson, needsText, regex, expect, captures };
  const keeps = stream === null && (needsText || expect.size !== null);
  const accepts = (status: number): boolean =>
    expect.statuses === null ? status >= 200 && status <= 399 : expect.statuses.includes(status);

  const problemOf = (expected: Expected, seen: Seen, scope: Scope): string | null => {
    try {
      return (
        headerProblem(seen.answer, expected.headers) ??
        seen.stream?.problem ??
        measureProblem(seen, expect) ??
        sizeProblem(seen, rules) ??
        contentProblem(seen, expected, rules, scope)
      );
    } catch (thrown) {
      return `the body cannot be read: ${messageOf(thrown)}`;
    }
  };

  return {
    accepts,
    keepBytes: (status) => (!accepts(status) ? excerptBytes : keeps ? largestBody : 0),
    bind: compileExpected(step, environment),
    judge: (expected, seen, scope) => {
      const { status } = seen.answer;
      if (!accepts(status)) return { error: 'status', code: undefined, detail: `status ${status}` };
      const problem = problemOf(expected, seen, scope);
      return problem === null ? null : { error: 'expectation', code: undefined, detail: problem };
    },
  };
}
