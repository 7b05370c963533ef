// A word of a command line as a person can paste it into a shell: what repeats a run is told by every run.

/** In quotes where a shell needs them. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
