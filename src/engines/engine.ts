// The contract of a protocol engine: it sends one prepared step and reports one sample; it knows nothing of rates.

import type { Json } from '../kernel/json.ts';
import type { Sample } from '../measure/outcome.ts';

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

export interface EngineEnvironment {
  readonly addresses: Addresses;
  readonly templates: TemplateCompiler;
  readonly nowMicros: () => number;
  /** Replaces declared secrets and the usual credential shapes in text that will be stored. */
  readonly redact: (text: string) => string;
}

/** One virtual user's side of a protocol: its cookies, sockets, captures. Never rejects for a failed request. */
export interface Session<Step> {
  /** `dueAtMicros` null = no due time exists. `signal` aborts at the end of the run: the sample is then `censored`. */
  send(step: Step, scope: Scope, dueAtMicros: number | null, signal: AbortSignal): Promise<Sample>;
  close(): Promise<void>;
}

/** A protocol, open for one run in one thread. */
export interface OpenEngine<Spec, Step> {
  /** Called once per step of the scenario: compiles its templates, builds what is fixed. */
  prepare(spec: Spec): Step;
  session(): Session<Step>;
  close(): Promise<void>;
}

export interface Engine<Spec extends { readonly kind: string }, Step> {
  readonly kind: Spec['kind'];
  open(environment: EngineEnvironment): OpenEngine<Spec, Step>;
}
