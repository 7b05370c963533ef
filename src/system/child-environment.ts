// What a child process may know: a short declared environment, never everything that Mettle was started with.

/** Passed on from Mettle's own environment when set. The second line is what programs on Windows cannot live without. */
const inherited = [
  ...['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'],
  ...['SystemRoot', 'TEMP', 'TMP', 'PATHEXT', 'COMSPEC', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
];

export interface ChildEnvironment {
  /** Mettle's own environment. */
  readonly own: NodeJS.ProcessEnv;
  /** The target file's `secrets`: declared, so passed on when set. */
  readonly secrets: readonly string[];
  /** Later ones win over earlier ones. */
  readonly declared: readonly Readonly<Record<string, string>>[];
}

/**
 * The whole environment of a child. NODE_ENV is `production` unless declared: a service is measured as it is meant to
 * run in earnest, whatever the shell that Mettle was started from says.
 */
export function childEnvironment({ own, secrets, declared }: ChildEnvironment): Record<string, string> {
  const environment: Record<string, string> = { NODE_ENV: 'production' };
  for (const name of [...inherited, ...secrets]) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return Object.assign(environment, ...declared) as Record<string, string>;
}
