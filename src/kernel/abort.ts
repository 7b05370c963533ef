// Reading an abort flag across an await.

/** A function, so that the type-checker does not take the flag for settled once it was read. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;
