// The target file after validation. Plain data; the zod schema beside it (target-schema.ts) produces it.

export interface ReadyCheck {
  readonly path: string;
  readonly withinMicros: number;
}

export interface ProcessVariant {
  readonly kind: 'process';
  readonly start: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface UrlVariant {
  readonly kind: 'url';
  readonly http: string | null;
  readonly ws: string | null;
  readonly environment: string | null;
  readonly limits: { readonly ratePerSecond: number | null; readonly users: number | null } | null;
}

export type Variant = ProcessVariant | UrlVariant;

/** `provide: postgres`: an embedded server, or yours when the variable named by `env` is set in Mettle's environment. */
export interface ProvidedDependency {
  readonly kind: 'provide';
  readonly provide: 'postgres';
  readonly env: string;
  /** What yours is (`staging`, `test`…); null: it does not say. */
  readonly environment: string | null;
}

/** A process started before the target; its (proxied) address is given to the target in the variable `env`. */
export interface ProcessDependency {
  readonly kind: 'process';
  readonly start: string;
  readonly env: string;
  readonly ready: ReadyCheck | null;
}

export type Dependency = ProvidedDependency | ProcessDependency;

/**
 * A process that is a client of the target (an SDK, an extension): started after the variant, given the target's
 * address in the variable `env` (through the proxy of this client's own name, or `clients`, when a fault uses that), the variant's env, and PORT. Steps reach it with `via: <name>`.
 */
export interface ClientProcess {
  readonly start: string;
  readonly env: string;
  readonly ready: ReadyCheck | null;
}

/** Which containers faults may be put on, and how many of them at once. */
export interface DockerAllowance {
  /** The target's own Compose project: its containers need no label; null = none. */
  readonly project: string | null;
  /** `unix:///…`, `tcp://…`; null = DOCKER_HOST, else /var/run/docker.sock. */
  readonly host: string | null;
  /** The most that faults may hold at the same time. */
  readonly maxContainers: number;
  /** 0…1, of the containers that the selector could have meant. */
  readonly maxShare: number;
}

/** `GET /metrics every 2s`: how the target's own metrics are read. */
export interface ScrapeSpec {
  /** A path of the target, or an absolute URL. */
  readonly from: string;
  readonly everyMicros: number;
}

export interface TargetSpec {
  readonly name: string;
  /** Absolute folder of the target file; commands run in it. */
  readonly folder: string;
  readonly file: string | null;
  readonly variants: Readonly<Record<string, Variant>>;
  /** `http://127.0.0.1:{{port}}` */
  readonly http: string | null;
  readonly ws: string | null;
  readonly ready: ReadyCheck | null;
  readonly dependencies: Readonly<Record<string, Dependency>>;
  readonly clients: Readonly<Record<string, ClientProcess>>;
  readonly prepare: string | null;
  readonly observe: {
    readonly process: boolean;
    readonly docker: boolean;
    readonly prometheus: ScrapeSpec | null;
  };
  readonly docker: DockerAllowance;
  readonly secrets: readonly string[];
  readonly allow: readonly string[];
}
