// What happened to the target, in words: rows of a table, whose numbers are those of the marks on the charts.

import { formatDuration } from '../kernel/units.ts';
import type { RunRecord } from '../record/schema.ts';

export const eventRows = ({ events }: RunRecord) =>
  events.map(({ atMicros, source, what, cause }, index) => ({
    number: index + 1,
    at: atMicros === 0 ? '0s' : formatDuration(atMicros),
    source,
    what,
    cause: cause === null ? '–' : `fault ${cause}`,
  }));
