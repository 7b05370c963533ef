// How connections are made: what a scenario says once, under `http:` and `tls:`, for all of its steps.

import { z } from 'zod';
import { headerMapInput, timeoutInput } from './step-input.ts';

/** Certificates and keys are files, by their paths as written; `EngineEnvironment.file` tells where they are. */
export interface TlsSettings {
  /** Certificate authorities in place of the system's. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** A template, so that it can come from `env.*`. */
  readonly passphrase: string | null;
  readonly servername: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3' | null;
  /** False = certificates are not verified; reports say so. */
  readonly verify: boolean;
}

export type AuthSettings =
  /** Templates, all three. */
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** Defaults of all HTTP steps; a step may differ in what `HttpStep` names, too. */
export interface HttpSettings {
  /** '2' = HTTP/2 with prior knowledge over `http:`, by ALPN over `https:`. */
  readonly version: '1.1' | '2';
  /** False = every request opens a connection of its own. */
  readonly keepAlive: boolean;
  /** Part of the step's timeout; null = only the step's own. */
  readonly connectTimeoutMicros: number | null;
  /** Source address of connections. */
  readonly localAddress: string | null;
  /** `http://host:port` of a proxy that requests go through. */
  readonly proxy: string | null;
  /** How many redirects are followed; 0 = none. */
  readonly redirects: number;
  /** True = ask for compressed answers. */
  readonly compression: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: AuthSettings | null;
}

export const defaultHttpSettings: HttpSettings = {
  version: '1.1',
  keepAlive: true,
  connectTimeoutMicros: null,
  localAddress: null,
  proxy: null,
  redirects: 0,
  compression: false,
  headers: {},
  auth: null,
};

export const defaultTlsSettings: TlsSettings = {
  ca: null,
  cert: null,
  key: null,
  passphrase: null,
  servername: null,
  minVersion: null,
  verify: true,
};

export const authInput = z
  .strictObject({
    basic: z
      .strictObject({ user: z.string(), password: z.string() })
      .optional()
      .describe('HTTP basic authentication.'),
    bearer: z.string().min(1).optional().describe('The token of a bearer authorization.'),
  })
  .transform(({ basic, bearer }, context): AuthSettings => {
    if (basic !== undefined && bearer === undefined) return { kind: 'basic', ...basic };
    if (bearer !== undefined && basic === undefined) return { kind: 'bearer', token: bearer };
    context.addIssue({ code: 'custom', message: 'expected either `basic` or `bearer`' });
    return z.NEVER;
  });

export const redirectsInput = z
  .int()
  .min(0)
  .max(20)
  .describe('How many redirects are followed, never to a host that is not allowed; default: 0.');

const proxyExpected = 'expected an address such as "http://127.0.0.1:3128"';

export const httpSettingsInput = z
  .strictObject({
    version: z
      .union([z.literal(1.1), z.literal(2)], { error: 'expected 1.1 or 2' })
      .optional()
      .describe('HTTP version; default: 1.1.'),
    keepAlive: z.boolean().optional().describe('Use connections again; default: true.'),
    connectTimeout: timeoutInput.optional().describe('Limit of opening a connection, within the timeout.'),
    localAddress: z
      .union([z.ipv4(), z.ipv6()], { error: 'expected an address of this machine, such as "10.0.0.7"' })
      .optional()
      .describe('Source address of connections.'),
    proxy: z
      .string()
      .regex(/^http:\/\/[^\s/{}?#@]+$/, { error: proxyExpected, abort: true })
      .refine((written) => URL.canParse(written), proxyExpected)
      .optional()
      .describe('HTTP proxy that requests go through.'),
    redirects: redirectsInput.optional(),
    compression: z.boolean().optional().describe('Ask for compressed answers; default: false.'),
    headers: headerMapInput.optional().describe('Headers of every request; those of a step go first.'),
    auth: authInput.optional().describe('Authentication of every request.'),
  })
  .transform((written): HttpSettings => ({
    ...defaultHttpSettings,
    version: written.version === 2 ? '2' : '1.1',
    keepAlive: written.keepAlive ?? true,
    connectTimeoutMicros: written.connectTimeout ?? null,
    localAddress: written.localAddress ?? null,
    proxy: written.proxy ?? null,
    redirects: written.redirects ?? 0,
    compression: written.compression ?? false,
    headers: written.headers ?? {},
    auth: written.auth ?? null,
  }));

const file = z.string().min(1);

export const tlsSettingsInput = z
  .strictObject({
    ca: file.optional().describe('File of certificate authorities (PEM), in place of the system’s.'),
    cert: file.optional().describe('File of the client certificate (PEM).'),
    key: file.optional().describe('File of its key (PEM).'),
    passphrase: z.string().optional().describe('Of the key, e.g. `{{env.KEY_PASSPHRASE}}`.'),
    servername: z.string().min(1).optional().describe('Name to ask for and to verify (SNI).'),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).optional().describe('Lowest version that is accepted.'),
    verify: z.boolean().optional().describe('False: certificates are not verified; default: true.'),
  })
  .refine(
    ({ cert, key }) => (cert === undefined) === (key === undefined),
    '`cert` and `key` go together: give both',
  )
  .refine(({ key, passphrase }) => passphrase === undefined || key !== undefined, {
    message: '`passphrase` opens a `key`, and there is none',
    path: ['passphrase'],
  })
  .transform((written): TlsSettings => ({
    ca: written.ca ?? null,
    cert: written.cert ?? null,
    key: written.key ?? null,
    passphrase: written.passphrase ?? null,
    servername: written.servername ?? null,
    minVersion: written.minVersion ?? null,
    verify: written.verify ?? true,
  }));

/** The files that settings name, with where they are named. */
export const filesOfTls = (
  tls: TlsSettings,
): readonly (readonly [key: 'ca' | 'cert' | 'key', path: string])[] =>
  (['ca', 'cert', 'key'] as const).flatMap((key) => {
    const path = tls[key];
    return path === null ? [] : [[key, path] as const];
  });
