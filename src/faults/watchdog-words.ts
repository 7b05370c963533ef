// The two words that Mettle and its watchdog exchange; everything else the watchdog learns from the journal.

/** From the watchdog: it listens, and ignores what is meant for Mettle. */
export const ready = 'ready\n';

/** From Mettle: it ends in order. A pipe that closes without it means that Mettle is dead. */
export const goodbye = 'goodbye\n';
