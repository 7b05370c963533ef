// Aborts and awaits: reading the flag across one, and not waiting any longer.

/** A function, so that the type-checker does not take the flag for settled once it was read. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** What the work gives, or `instead` as soon as the signal aborts; the work goes on then, and must not reject. */
export async function unlessAborted<Given>(
  work: Promise<Given>,
  signal: AbortSignal,
  instead: Given,
): Promise<Given> {
  if (signal.aborted) return instead;
  const given = new AbortController();
  const aborted = new Promise<Given>((resolve) => {
    signal.addEventListener('abort', () => resolve(instead), { once: true, signal: given.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    given.abort();
  }
}
