// Short-lived shared values: cached answers, request counts, revoked tokens.

export interface Store {
  /** undefined = never set, or expired. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Adds one and returns the count; it starts from zero again when `windowMs` after the first has passed. */
  increment(key: string, windowMs: number): Promise<number>;
  close(): Promise<void>;
}
