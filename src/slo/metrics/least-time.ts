// What happened in less than a second says nothing of a rate: one more or less of it decides the value.

const leastMicros = 1_000_000;

/** Why so little time gives no rate, or null. */
export const tooShortForRate = (lastedMicros: number): string | null =>
  lastedMicros >= leastMicros ? null : 'less than 1 s was judged: that is too short for a rate';
