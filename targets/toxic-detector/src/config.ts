// Reads the environment once: addresses, limits, and one switch per mechanism.

export interface Mechanisms {
  readonly cache: boolean;
  readonly indexes: boolean;
  readonly pool: boolean;
  /** 0 = classify on the event loop. */
  readonly modelWorkers: number;
  readonly coldStart: 'blocking' | 'async';
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  /** null = everything that Redis would hold is held in memory. */
  readonly redisUrl: string | null;
  /** Signs access tokens; null = a random one per start, which logs everybody out. */
  readonly jwtSecret: string | null;
  readonly dashboardKey: string;
  readonly cacheTtlMs: number;
  /** Requests that one caller may make in one window. */
  readonly rateLimit: { readonly requests: number; readonly windowMs: number };
  readonly mechanisms: Mechanisms;
}

type Environment = Readonly<Record<string, string | undefined>>;

function oneOf<Choice extends string>(
  environment: Environment,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = environment[name] ?? choices[0];
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Error(`${name} must be one of ${choices.join(', ')}, not "${value}"`);
  return found;
}

function whole(environment: Environment, name: string, fallback: number, highest: number): number {
  const text = environment[name] ?? String(fallback);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > highest) {
    throw new Error(`${name} must be a whole number from 0 to ${highest}, not "${text}"`);
  }
  return value;
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`${name} must be set`);
  return value;
}

/** The mechanisms alone, as the seed needs them too. The first choice of each switch is the default. */
export function readMechanisms(environment: Environment): Mechanisms {
  return {
    cache: oneOf(environment, 'CACHE', ['on', 'off']) === 'on',
    indexes: oneOf(environment, 'INDEXES', ['on', 'off']) === 'on',
    pool: oneOf(environment, 'DB_POOL', ['on', 'off']) === 'on',
    modelWorkers: whole(environment, 'MODEL_WORKERS', 3, 16),
    coldStart: oneOf(environment, 'COLD_START', ['async', 'blocking']),
  };
}

/** Throws an Error that names the variable when one is missing or makes no sense. */
export function readConfig(environment: Environment): Config {
  return {
    host: environment['HOST'] ?? '127.0.0.1',
    port: whole(environment, 'PORT', 3000, 65_535),
    databaseUrl: required(environment, 'DATABASE_URL'),
    redisUrl: environment['REDIS_URL'] ?? null,
    jwtSecret: environment['JWT_SECRET'] ?? null,
    dashboardKey: environment['DASHBOARD_KEY'] ?? 'dashboard-read-only',
    cacheTtlMs: whole(environment, 'CACHE_TTL_MS', 5_000, 3_600_000),
    rateLimit: {
      requests: whole(environment, 'RATE_LIMIT', 20_000, 1e9),
      windowMs: whole(environment, 'RATE_LIMIT_WINDOW_MS', 10_000, 3_600_000),
    },
    mechanisms: readMechanisms(environment),
  };
}
