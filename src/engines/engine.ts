// The contract of a protocol engine: it sends one prepared step and reports one sample; it knows nothing of rates.

import type { Json } from '../kernel/json.ts';
import type { ErrorClass, Sample } from '../measure/outcome.ts';
import type { ObservedKind, TallyName } from '../measure/slice.ts';
import type { CookieJar } from './cookies.ts';
import type { HostGate } from './name-lookup.ts';
import type { HttpSettings, TlsSettings } from './settings.ts';

/** The variables one virtual user's templates can see: data row, captures, `user`, `iteration`, `env.*`, `sent.*`. */
export interface Scope {
  /** `questions.text`, `answerId`, `env.TOKEN`; undefined when unknown. */
  get(path: string): unknown;
  set(name: string, value: unknown): void;
}

/** Compiled template text; `fixed` is set when it holds no placeholder, so a request can be built once. */
export interface TextTemplate {
  readonly fixed: string | undefined;
  render(scope: Scope): string;
}

/** Compiled template over a JSON value (strings inside it are templates). */
export interface JsonTemplate {
  readonly fixed: Json | undefined;
  render(scope: Scope): Json;
}

export interface TemplateCompiler {
  text(source: string): TextTemplate;
  json(value: Json): JsonTemplate;
}

/** Where steps go. `via: <name>` in a step picks one of `clients` instead of the target itself. */
export interface Addresses {
  /** e.g. `http://127.0.0.1:4001`; undefined when the target has none. */
  readonly http: string | undefined;
  readonly ws: string | undefined;
  readonly clients: Readonly<Record<string, string>>;
}

/** Where engines put what is measured beside samples: between two steps, or after the step that began it. */
export interface Observer {
  /** A duration; it belongs to the second of `atMicros` (machine's clock). */
  observe(series: string, kind: ObservedKind, atMicros: number, valueMicros: number): void;
  /** Something counted. */
  tally(series: string, name: TallyName, atMicros: number, by: number): void;
}

export interface EngineEnvironment {
  readonly addresses: Addresses;
  readonly http: HttpSettings;
  readonly tls: TlsSettings;
  readonly templates: TemplateCompiler;
  readonly observer: Observer;
  /** May load be sent to this host? Asked for what a server names (redirects); what a scenario names was asked before. */
  readonly isAllowedHost: (host: string) => boolean;
  /** Asked for every connection that is opened. */
  readonly hosts: HostGate;
  /** The absolute path of a file that a step or setting names, by its path as written. */
  readonly file: (written: string) => string;
  /** What templates may read as `env.*`, for settings that belong to no user. */
  readonly env: Readonly<Record<string, string>>;
  readonly nowMicros: () => number;
  /** Replaces declared secrets and the usual credential shapes in text that will be stored. */
  readonly redact: (text: string) => string;
}

/** What one virtual user has, whatever the protocol. */
export interface UserState {
  readonly cookies: CookieJar;
}

/** A failure that no step waited for: a socket that was closed between two of them. */
export interface Trouble {
  readonly error: Exclude<ErrorClass, 'dropped' | 'unsent'>;
  readonly example: string;
}

/** One virtual user's side of a protocol: its sockets and what it shares. Never rejects for a failed request. */
export interface Session<Step> {
  /** `dueAtMicros` null = no due time exists. `signal` aborts at the end of the run: the sample is then `censored`. */
  send(step: Step, scope: Scope, dueAtMicros: number | null, signal: AbortSignal): Promise<Sample>;
  /** What failed since it was last asked, without a step that says so; asked at the end of an iteration. */
  trouble?(): Trouble | null;
  /** What is owed to the user (copies of broadcasts) is waited for until `cut` aborts; without it nothing is. */
  close(cut?: AbortSignal): Promise<void>;
}

/** A protocol, open for one run in one thread. */
export interface OpenEngine<Spec, Step> {
  /** Called once per step of the scenario: compiles its templates, builds what is fixed. */
  prepare(spec: Spec): Step;
  /** Resolves when everything prepared can be sent; asked once, before the start. Rejects with MettleError. */
  ready?(): Promise<void>;
  session(user: UserState): Session<Step>;
  close(): Promise<void>;
}

export interface Engine<Spec extends { readonly kind: string }, Step> {
  readonly kind: Spec['kind'];
  open(environment: EngineEnvironment): OpenEngine<Spec, Step>;
}
