// Whether an answer is a good one: the step's expectations, then its captures.

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { messageOf } from '../kernel/errors.ts';
import type { EngineEnvironment, Scope, TextTemplate } from './engine.ts';
import type { Failure } from './failures.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { HttpCapture, HttpStep } from './http-step.ts';
import type { BoundChecks } from './json-checks.ts';
import { compileChecks, parseJson } from './json-checks.ts';
import type { Select } from './json-path.ts';
import { compileJsonPath } from './json-path.ts';

/** A body that must be looked at is kept up to this size; beyond it the check fails and says so. */
const largestBody = 16 * 1_048_576;
/** What is kept of a bad answer for its example. */
const exampleBytes = 2_048;

/** Judges one answer; on a good one it sets the captures. null = good. */
export type Judge = (answer: HttpAnswer) => Failure | null;

export interface JudgePlan {
  readonly keepBytes: (status: number) => number;
  /** Fills in expected values before the request is sent. Throws UnresolvedValue. */
  bind(scope: Scope): Judge;
}

const expectation = (detail: string): Failure => ({ error: 'expectation', code: undefined, detail });

function statusAccepted(statuses: readonly number[] | null, status: number): boolean {
  return statuses === null ? status >= 200 && status <= 399 : statuses.includes(status);
}

function headerText(answer: HttpAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The kept body as text, decoded when it is compressed. */
export function bodyText(answer: HttpAnswer): string {
  const bytes = Buffer.concat(answer.body);
  const bound = { maxOutputLength: largestBody };
  switch (headerText(answer, 'content-encoding')?.toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, bound).toString();
    case 'deflate':
      return inflateSync(bytes, bound).toString();
    case 'br':
      return brotliDecompressSync(bytes, bound).toString();
    default:
      return bytes.toString();
  }
}

type Find = (answer: HttpAnswer, text: string, json: unknown) => unknown;

function compileCapture(capture: HttpCapture): Find {
  if (capture.from === 'header') return (answer) => headerText(answer, capture.header);
  if (capture.from === 'json') {
    const select: Select = compileJsonPath(capture.path);
    return (_answer, _text, json) => select(json)[0];
  }
  const regex = new RegExp(capture.regex, 'u');
  return (_answer, text) => {
    const match = regex.exec(text);
    return match?.[1] ?? match?.[0];
  };
}

function sourceOf(capture: HttpCapture): string {
  return capture.from === 'json'
    ? capture.path
    : capture.from === 'header'
      ? `header ${capture.header}`
      : `/${capture.regex}/`;
}

interface BoundExpectations {
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string | undefined;
  readonly json: BoundChecks | null;
}

function headerProblem(answer: HttpAnswer, headers: BoundExpectations['headers']): string | null {
  for (const [name, expected] of headers) {
    const value = headerText(answer, name);
    if (
      expected === 'absent'
        ? value === undefined
        : value !== undefined && ['present', value].includes(expected)
    )
      continue;
    return `header ${name} is ${value === undefined ? 'absent' : `"${value}"`}, not ${expected}`;
  }
  return null;
}

export function compileJudge({ expect, capture }: HttpStep, environment: EngineEnvironment): JudgePlan {
  const { templates } = environment;
  const headers = Object.entries(expect.headers).map(
    ([name, value]) => [name, templates.text(value)] as const,
  );
  const text: TextTemplate | null = expect.text === null ? null : templates.text(expect.text);
  const checks = expect.json.length === 0 ? null : compileChecks(expect.json, templates);
  const captures = capture.map((item) => ({ item, find: compileCapture(item) }));
  const needsJson = checks !== null || capture.some(({ from }) => from === 'json');
  const needsBody = needsJson || text !== null || capture.some(({ from }) => from === 'body');

  const content = (answer: HttpAnswer, bound: BoundExpectations, scope: Scope): string | null => {
    if (needsBody && answer.bodyCut)
      return `the body is larger than the ${largestBody} bytes that can be looked at`;
    const body = needsBody ? bodyText(answer) : '';
    const json = needsJson ? parseJson(body) : undefined;
    if (needsJson && json === undefined) return 'the body is not JSON';
    if (bound.text !== undefined && !body.includes(bound.text))
      return `the body does not contain "${bound.text}"`;
    const problem = bound.json?.(json) ?? null;
    if (problem !== null) return problem;
    for (const { item, find } of captures) {
      const value = find(answer, body, json);
      if (value === undefined) return `nothing to capture as ${item.name}: ${sourceOf(item)} is absent`;
      scope.set(item.name, value);
    }
    return null;
  };

  return {
    keepBytes: (status) => {
      if (!statusAccepted(expect.statuses, status)) return exampleBytes;
      return needsBody ? largestBody : 0;
    },
    bind: (scope) => {
      const bound: BoundExpectations = {
        headers: headers.map(([name, value]) => [name, value.render(scope)]),
        text: text?.render(scope),
        json: checks === null ? null : checks(scope),
      };
      return (answer) => {
        if (!statusAccepted(expect.statuses, answer.status)) {
          return { error: 'status', code: undefined, detail: `status ${answer.status}` };
        }
        try {
          const problem = headerProblem(answer, bound.headers) ?? content(answer, bound, scope);
          return problem === null ? null : expectation(problem);
        } catch (thrown) {
          return expectation(`the body cannot be read: ${messageOf(thrown)}`);
        }
      };
    },
  };
}
