// What people call a fault of a run: its id, and which of its times it was where it repeats.

interface Named {
  readonly id: string;
  readonly occurrence?: number | null;
}

/** `slow-db`; `slow-db #2` for one of several. */
export const occurrenceName = ({ id, occurrence }: Named): string =>
  occurrence === undefined || occurrence === null ? id : `${id} #${occurrence}`;
