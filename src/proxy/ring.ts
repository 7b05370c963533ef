// The last pairs of a time and a value, in memory that never grows.

export class Ring {
  private readonly times: Float64Array;
  private readonly values: Float64Array;
  private pushed = 0;

  constructor(capacity: number) {
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  push(atMicros: number, value: number): void {
    const index = this.pushed % this.times.length;
    this.times[index] = atMicros;
    this.values[index] = value;
    this.pushed += 1;
  }

  /** Oldest first; both ends included. */
  between(sinceMicros: number, untilMicros: number): number[] {
    const capacity = this.times.length;
    const first = Math.max(0, this.pushed - capacity);
    const values: number[] = [];
    for (let at = first; at < this.pushed; at += 1) {
      const atMicros = this.times[at % capacity] ?? 0;
      if (atMicros >= sinceMicros && atMicros <= untilMicros) values.push(this.values[at % capacity] ?? 0);
    }
    return values;
  }
}
