// How long a container may take to end by itself, as Docker counts it.

/** Whole seconds, rounded up: no container is forced before its time. */
export const graceSeconds = (graceMs: number): number => Math.ceil(graceMs / 1_000);
