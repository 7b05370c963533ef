// The arithmetic of a line that carries so many bytes a second. In whole numbers, moved on by whole milliseconds: no rounding
// and no late timer adds up, however long it runs.

/** What a network would carry in one packet. */
const packetBytes = 1460;

interface RateLine {
  /** = KB/s; 0 = it stalls. */
  readonly bytesPerMs: number;
  /** Since then it has carried `carriedBytes`, without a pause. */
  sinceMicros: number;
  carriedBytes: number;
}

/** A line that is free from then on; idle time before earns nothing. */
export const freeLine = (bytesPerMs: number, sinceMicros: number): RateLine => ({
  ...{ bytesPerMs, sinceMicros: Math.ceil(sinceMicros), carriedBytes: 0 },
});

/** When it will have carried that many bytes more; the line must not stall. */
export const dueMicros = (line: RateLine, bytes: number): number =>
  line.sinceMicros + Math.ceil(((line.carriedBytes + bytes) * 1000) / line.bytesPerMs);

/** How many bytes more it could have carried by now. */
export const earnedBytes = (line: RateLine, nowMicros: number): number =>
  Math.floor(((nowMicros - line.sinceMicros) * line.bytesPerMs) / 1000) - line.carriedBytes;

export function carry(line: RateLine, bytes: number): void {
  const carriedBytes = line.carriedBytes + bytes;
  const wholeMs = Math.floor(carriedBytes / line.bytesPerMs);
  line.sinceMicros += wholeMs * 1000;
  line.carriedBytes = carriedBytes - wholeMs * line.bytesPerMs;
}

/** Worth 10 ms: even enough. Slow lines wait for a packet's worth instead, but no longer than 100 ms. */
export const pieceBytes = ({ bytesPerMs }: RateLine): number =>
  Math.max(bytesPerMs * 10, Math.min(bytesPerMs * 100, packetBytes));
