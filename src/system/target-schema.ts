// The target file's grammar: one strict zod schema, so that a key that is not understood is refused, never ignored.

import { z } from 'zod';
import { parseDuration, parseRate, parseShare } from '../kernel/units.ts';
import { splitCommand } from './command-line.ts';
import { scrapeInput } from './scrape-input.ts';
import { checkTarget } from './target-rules.ts';
import type { ClientProcess, Dependency, ReadyCheck, TargetSpec, Variant } from './target-spec.ts';

/** Adds a problem at this place and stops the transform; the return type fits any transform. */
function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

const name = z
  .string()
  .max(40, 'a name has at most 40 characters')
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, - and _, and begins with a letter');

const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'an environment variable name is letters, digits and _, e.g. DATABASE_URL',
  );

const environmentValues = z
  .record(
    variableName,
    z.union([z.string(), z.number(), z.boolean()], 'a value here is text, a number, true or false'),
  )
  .transform((values) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
  );

const commandLine = z.string().superRefine((text, context) => {
  const words = splitCommand(text);
  if (typeof words === 'string') context.addIssue({ code: 'custom', message: words });
});

const readyCheck = z.string().transform((text, context): ReadyCheck => {
  const match = /^GET\s+(\/\S*)\s+within\s+(.+)$/.exec(text.trim());
  const withinMicros = parseDuration(match?.[2] ?? '');
  if (match === null || withinMicros === undefined || withinMicros <= 0) {
    return refuse(
      context,
      'a ready check is written like `GET /ready within 60s` (a path, then a duration with its unit)',
    );
  }
  return { path: match[1] ?? '/', withinMicros };
});

/** `{{port}}` may stand for the port, which Mettle then picks. */
const baseUrl = (protocols: readonly string[]) =>
  z.string().superRefine((text, context) => {
    const parsed = URL.parse(text.replace('{{port}}', '1'));
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      const example = `${protocols[0] ?? ''}//127.0.0.1:{{port}}`;
      context.addIssue({
        code: 'custom',
        message: `a base URL is written like \`${example}\`, not \`${text}\``,
      });
    } else if (
      parsed.search !== '' ||
      parsed.hash !== '' ||
      parsed.username !== '' ||
      parsed.password !== ''
    ) {
      context.addIssue({ code: 'custom', message: 'a base URL has no user, query or fragment' });
    }
  });

const httpUrl = baseUrl(['http:', 'https:']);
const wsUrl = baseUrl(['ws:', 'wss:']);

const rate = z.string().transform((text, context): number => {
  return parseRate(text) ?? refuse(context, 'a rate needs its unit, e.g. `100/s`');
});

const limits = z.strictObject({
  rate: rate.optional(),
  users: z.int('a number of users is a whole number').positive('a number of users is above 0').optional(),
});

const variant = z
  .strictObject({
    start: commandLine.optional(),
    env: environmentValues.optional(),
    http: httpUrl.optional(),
    ws: wsUrl.optional(),
    environment: name.optional(),
    limits: limits.optional(),
  })
  .transform((raw, context): Variant => {
    if (raw.start !== undefined) {
      const extra = (['http', 'ws', 'environment', 'limits'] as const).find((key) => raw[key] !== undefined);
      if (extra !== undefined) {
        const what = `a variant with \`start\` takes no \`${extra}\` (that is for a variant that runs already)`;
        return refuse(context, what);
      }
      return { kind: 'process', start: raw.start, env: raw.env ?? {} };
    }
    if (raw.env !== undefined)
      return refuse(context, '`env` needs `start`: Mettle cannot set it for what it does not start');
    if (raw.http === undefined && raw.ws === undefined) {
      return refuse(
        context,
        'a variant needs `start` (a command), or `http` or `ws` (the URL of one that runs already)',
      );
    }
    const bounds = raw.limits && { ratePerSecond: raw.limits.rate ?? null, users: raw.limits.users ?? null };
    return {
      kind: 'url',
      http: raw.http ?? null,
      ws: raw.ws ?? null,
      environment: raw.environment ?? null,
      limits: bounds ?? null,
    };
  });

const dependency = z
  .strictObject({
    provide: z.literal('postgres', 'only `postgres` can be provided').optional(),
    start: commandLine.optional(),
    env: variableName,
    ready: readyCheck.optional(),
    environment: z
      .string()
      .min(1, 'an environment, e.g. `staging`')
      .optional()
      .describe('With `provide`: what your own server is, when the variable leads to one off this machine.'),
  })
  .transform((raw, context): Dependency => {
    if ((raw.provide === undefined) === (raw.start === undefined)) {
      return refuse(context, 'a dependency has either `provide: postgres` or `start` (a command)');
    }
    if (raw.start !== undefined) {
      if (raw.environment !== undefined)
        return refuse(context, '`environment` is for `provide`: what is started runs on this machine');
      return { kind: 'process', start: raw.start, env: raw.env, ready: raw.ready ?? null };
    }
    if (raw.ready !== undefined) return refuse(context, '`ready` is for a dependency with `start`');
    return { kind: 'provide', provide: 'postgres', env: raw.env, environment: raw.environment ?? null };
  });

const client = z
  .strictObject({ start: commandLine, env: variableName, ready: readyCheck.optional() })
  .transform((raw): ClientProcess => ({ start: raw.start, env: raw.env, ready: raw.ready ?? null }));

const docker = z.strictObject({
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'a Compose project is lower-case letters, digits, - and _')
    .optional()
    .describe('The target’s own Compose project: faults may be put on its containers.'),
  host: z
    .string()
    .regex(/^(unix:\/\/\/|tcp:\/\/|https?:\/\/)/, 'an engine is written like `unix:///var/run/docker.sock`')
    .optional()
    .describe('The Docker engine; default: DOCKER_HOST, else the engine of this machine.'),
  limits: z
    .strictObject({
      containers: z
        .int('a number of containers is a whole number')
        .positive('at least one container')
        .optional()
        .describe('The most containers that faults may hold at the same time; default: 1.'),
      share: z
        .string()
        .transform((text, context) => {
          const share = parseShare(text);
          return share !== undefined && share > 0 && share <= 1
            ? share
            : refuse(context, 'a share is written like `50%`, at most `100%`');
        })
        .optional()
        .describe('The largest share of the containers that match; default: 100%.'),
    })
    .optional()
    .describe('Caps on what faults may hold at the same time.'),
});

/** What stands in a target.yml, as plain data after validation (all of TargetSpec but where the file lies). */
export const targetSchema = z
  .strictObject({
    name,
    variants: z.record(name, variant),
    http: httpUrl.optional(),
    ws: wsUrl.optional(),
    ready: readyCheck.optional(),
    dependencies: z.record(name, dependency).optional(),
    clients: z.record(name, client).optional(),
    prepare: commandLine.optional(),
    observe: z
      .strictObject({
        process: z.boolean().optional(),
        docker: z.boolean().optional(),
        prometheus: scrapeInput.optional(),
      })
      .optional(),
    docker: docker.optional(),
    secrets: z.array(variableName).optional(),
    allow: z.array(z.string().min(1, 'a host name, e.g. `*.staging.example`')).optional(),
  })
  .transform((raw, context): Omit<TargetSpec, 'folder' | 'file'> => {
    const target = {
      name: raw.name,
      variants: raw.variants,
      http: raw.http ?? null,
      ws: raw.ws ?? null,
      ready: raw.ready ?? null,
      dependencies: raw.dependencies ?? {},
      clients: raw.clients ?? {},
      prepare: raw.prepare ?? null,
      observe: {
        process: raw.observe?.process ?? false,
        docker: raw.observe?.docker ?? false,
        prometheus: raw.observe?.prometheus ?? null,
      },
      docker: {
        project: raw.docker?.project ?? null,
        host: raw.docker?.host ?? null,
        maxContainers: raw.docker?.limits?.containers ?? 1,
        maxShare: raw.docker?.limits?.share ?? 1,
      },
      secrets: raw.secrets ?? [],
      allow: raw.allow ?? [],
    };
    for (const { path, message } of checkTarget(target)) context.addIssue({ code: 'custom', path, message });
    return target;
  });
