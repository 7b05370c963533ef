// Many tests at once: p-values adjusted so that looking at all of them does not promise too much.

/** Holm: family-wise error. Adjusted p-values in the given order, none above 1. */
export function holm(_pValues: readonly number[]): number[] {
  throw new Error('not yet');
}

/** Benjamini–Hochberg: false discovery rate. Adjusted p-values in the given order, none above 1. */
export function benjaminiHochberg(_pValues: readonly number[]): number[] {
  throw new Error('not yet');
}
