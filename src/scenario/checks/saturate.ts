// What saturates must be plain: one flow of fixed HTTP requests to one address, and no load with due times beside it.

import type { HttpStep } from '../../engines/http-step.ts';
import { quoted } from '../issue-words.ts';
import { type Problem, valueAt } from '../issues.ts';
import type { Flow, SaturateEntry, Step } from '../scenario.ts';
import { givesDueTimes } from '../series-names.ts';
import { templates } from '../templates.ts';
import type { Path } from '../yaml-document.ts';
import type { Check, CheckInput } from './check.ts';

export const checkSaturate: Check = (input) => {
  const { load, flows } = input.scenario;
  const entries = [...load.entries()].flatMap(([index, entry]) =>
    entry.model === 'saturate' ? [{ index, entry }] : [],
  );
  if (entries.length === 0) return [];
  const named = new Set(entries.flatMap(({ entry }) => entry.flows));
  return [
    ...entries.flatMap(({ index, entry }) => checkEntry(index, entry, input)),
    ...checkSettings(input),
    ...Object.values(flows).flatMap((flow) => (named.has(flow.name) ? checkFlow(flow, input) : [])),
  ];
};

const users = 'load it with `users` instead';

const refuse = (
  path: Path,
  message: string,
  suggestion: string = users,
  part: Problem['part'] = 'key',
): Problem => ({
  path,
  part,
  message,
  suggestion,
});

function checkEntry(index: number, { flows }: SaturateEntry, { scenario }: CheckInput): Problem[] {
  const paced = scenario.load.findIndex(givesDueTimes);
  const path = ['load', index];
  const beside =
    `\`saturate\` takes all the generator has, so load that is due at given times (entry ${paced + 1} of ` +
    '`load`) cannot run in the same scenario';
  return [
    ...(paced < 0 ? [] : [refuse([...path, 'saturate'], beside, 'write a scenario for each')]),
    ...(flows.length === 1
      ? []
      : [refuse([...path, 'flow'], '`saturate` runs one flow', 'write an entry for each', 'value')]),
  ];
}

function checkSettings({ scenario: { http } }: CheckInput): Problem[] {
  return [
    ...(http.version === '2'
      ? [refuse(['http', 'version'], '`saturate` speaks HTTP/1.1', users, 'value')]
      : []),
    ...(http.redirects > 0
      ? [refuse(['http', 'redirects'], '`saturate` follows no redirects', users, 'value')]
      : []),
  ];
}

/** What a step may say: everything that makes a fixed request, and what its status means. */
const stepKeys: ReadonlySet<string> = new Set([
  ...['http', 'name', 'via', 'headers', 'query', 'json', 'form', 'text', 'file', 'multipart'],
  ...['auth', 'compression', 'keepAlive', 'connectTimeout', 'timeout', 'expect', 'onError'],
]);
/** Those whose texts are templates. */
const templated = ['http', 'headers', 'query', 'json', 'form', 'text', 'multipart', 'auth'];

function checkFlow(flow: Flow, input: CheckInput): Problem[] {
  const path = ['flows', flow.name];
  const { written } = input;
  const problems = flow.steps.flatMap((step, index) => checkStep(step, [...path, 'steps', index], written));
  if (flow.before.length > 0) {
    problems.push(refuse([...path, 'before'], '`saturate` has no users to run `before` steps for'));
  }
  return [...problems, ...checkAddresses(flow)];
}

function checkStep(step: Step, path: Path, document: unknown): Problem[] {
  if (step.kind !== 'http') {
    return [refuse(path, `\`saturate\` sends HTTP requests only, not ${quoted(step.kind)}`, users, 'value')];
  }
  const written = valueAt(document, path);
  const keys = typeof written === 'object' && written !== null ? Object.keys(written) : [];
  const unknown = keys.filter((key) => !stepKeys.has(key));
  const expected = valueAt(document, [...path, 'expect']);
  const looksInside = Object.keys(expected ?? {}).filter((key) => key !== 'status');
  return [
    ...unknown.map((key) => refuse([...path, key], `\`${key}\` cannot be used with \`saturate\``)),
    ...looksInside.map((key) =>
      refuse(
        [...path, 'expect', key],
        `\`saturate\` looks at the status of an answer only, not at \`${key}\``,
      ),
    ),
    ...checkMethod(step, path),
    ...templated.flatMap((key) => changingTexts(valueAt(document, [...path, key]), [...path, key])),
  ];
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const checkMethod = ({ method }: HttpStep, path: Path): Problem[] =>
  methods.has(method)
    ? []
    : [refuse([...path, 'http'], `\`saturate\` cannot send ${method}`, users, 'value')];

/** Texts with a placeholder that is not the same for the whole run, as `env.*` is. */
function changingTexts(value: unknown, path: Path): Problem[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) =>
      changingTexts(item, [...path, Array.isArray(value) ? Number(key) : key]),
    );
  }
  if (typeof value !== 'string' || isFixed(value)) return [];
  return [
    {
      ...refuse(
        path,
        'what saturates is the same request every time: only `{{env.…}}` may stand in it',
        users,
        'value',
      ),
      offset: Math.max(0, value.search(/\{\{(?!\s*env\.)/)),
    },
  ];
}

function isFixed(text: string): boolean {
  try {
    return templates.text(text.replace(/\{\{\s*env\.[\w-]+\s*\}\}/g, '')).fixed !== undefined;
  } catch {
    return true; // not a template at all: its own problem
  }
}

/** Each connection sends all steps, so they go to one place. */
function checkAddresses({ name, steps }: Flow): Problem[] {
  const places = steps.map((step) => (step.kind === 'http' ? placeOf(step) : null));
  const first = places.find((place) => place !== null);
  const other = places.findIndex((place) => place !== null && place !== first);
  if (other < 0) return [];
  const message = 'the steps of a flow that saturates go to one address, and this one to another';
  return [refuse(['flows', name, 'steps', other, 'http'], message, users, 'value')];
}

const placeOf = ({ url, via }: HttpStep): string =>
  /^https?:\/\/[^/?]+/.exec(url)?.[0] ?? (via === null ? 'the target' : `via ${via}`);
