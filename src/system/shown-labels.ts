// Labels as they are kept: credentials taken out, so that what was told apart by one is still told apart.

const mark = '[redacted]';

type Labels = Readonly<Record<string, string>>;

/** The same value of a label is always shown alike; another one that would look like it is numbered: `[redacted 2]`. */
export function createShownLabels(redact: (text: string) => string): (labels: Labels) => Labels {
  const shownAs = new Map<string, string>();
  const taken = new Set<string>();
  const counts = new Map<string, number>();

  const numbered = (key: (shown: string) => string, shown: string): string => {
    const plain = key(shown);
    for (;;) {
      const count = (counts.get(plain) ?? 0) + 1;
      counts.set(plain, count);
      const candidate = count === 1 ? shown : shown.replaceAll(mark, `[redacted ${count}]`);
      if (!taken.has(key(candidate))) return candidate;
    }
  };
  const shownOf = (label: string, value: string): string => {
    const redacted = redact(value);
    // What a target itself has redacted could be taken for ours.
    if (redacted === value && !value.includes('[redacted')) return value;
    const key = (text: string): string => JSON.stringify([label, text]);
    const known = shownAs.get(key(value));
    if (known !== undefined) return known;
    const shown = redacted.includes(mark) ? numbered(key, redacted) : redacted;
    taken.add(key(shown));
    shownAs.set(key(value), shown);
    return shown;
  };
  return (labels) =>
    Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, shownOf(label, value)]));
}
