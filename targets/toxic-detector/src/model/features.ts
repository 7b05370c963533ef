// Turns a comment into hashed n-grams: words and word pairs carry meaning, characters inside words survive disguises.

/** Number of buckets that n-grams are hashed into (a power of two). */
export const featureBuckets = 1 << 18;

const shortestGram = 3;
const longestGram = 5;
const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/** FNV-1a over the characters [from, to) of `text`, kept apart by `salt`. */
function hash(text: string, from: number, to: number, salt: number): number {
  let value = fnvOffset ^ salt;
  for (let at = from; at < to; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), fnvPrime);
  }
  return (value ^ (value >>> 15)) & (featureBuckets - 1);
}

/**
 * Bucket numbers in [0, featureBuckets) of every n-gram of `text`, repetitions included.
 * Case and punctuation are folded away, so `Idiot!` and `idiot` are one word.
 */
export function features(text: string): Int32Array {
  const folded = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const buckets: number[] = [];
  let previous = '';
  for (const word of folded) {
    const edged = `<${word}>`;
    buckets.push(hash(edged, 0, edged.length, 1));
    const pair = `${previous} ${word}`;
    buckets.push(hash(pair, 0, pair.length, 2));
    for (let size = shortestGram; size <= longestGram; size += 1) {
      for (let at = 0; at + size <= edged.length; at += 1) buckets.push(hash(edged, at, at + size, 3));
    }
    previous = word;
  }
  return Int32Array.from(buckets);
}
