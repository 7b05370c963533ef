// What has begun and not ended, by how long ago: what a live window must count, because a hanging answer is no sample yet.

/** Moments are kept to this; what is called late is late for certain. */
const bucketMicros = 100_000;

/** Of one series in one thread: so many are outstanding, due (or begun) within so many 100 ms. */
export interface PendingCounts {
  readonly series: string;
  /** From the start of the load: the end of each 100 ms, and how many of it are outstanding. */
  readonly buckets: readonly { readonly untilMicros: number; readonly count: number }[];
}

/** Bounded by timeouts: a bucket lives as long as one of its steps. Times are on the machine's clock. */
export class PendingBook {
  readonly #series = new Map<string, Map<number, number>>();

  begin(series: string, sinceMicros: number): void {
    let buckets = this.#series.get(series);
    if (buckets === undefined) {
      buckets = new Map();
      this.#series.set(series, buckets);
    }
    const bucket = Math.floor(sinceMicros / bucketMicros);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }

  /** With the same moment as at its begin. */
  end(series: string, sinceMicros: number): void {
    const buckets = this.#series.get(series);
    const bucket = Math.floor(sinceMicros / bucketMicros);
    const count = buckets?.get(bucket) ?? 0;
    if (count > 1) buckets?.set(bucket, count - 1);
    else buckets?.delete(bucket);
  }

  counts(startAtMicros: number): PendingCounts[] {
    return [...this.#series].flatMap(([series, held]) =>
      held.size === 0
        ? []
        : [
            {
              series,
              buckets: [...held].map(([bucket, count]) => ({
                untilMicros: (bucket + 1) * bucketMicros - startAtMicros,
                count,
              })),
            },
          ],
    );
  }
}
