// The one kind of exception Mettle throws on purpose: it knows what to tell the user and how to exit.

/** Process exit codes, as documented in the README. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  undoFailed: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface MettleErrorInit {
  /** Stable, machine readable, e.g. `PORT_IN_USE`. */
  readonly code: string;
  readonly message: string;
  /** Names the fix; one sentence. */
  readonly hint?: string | undefined;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

export class MettleError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(init: MettleErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'MettleError';
    this.code = init.code;
    this.hint = init.hint;
    this.exitCode = init.exitCode ?? exitCodes.usage;
  }
}

/** The message of anything thrown, without its stack. Never throws, whatever it is given. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'something that has no text';
  }
}

/** Node's error code (`ECONNREFUSED`, `ENOENT`…) of anything thrown, or undefined. */
export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
