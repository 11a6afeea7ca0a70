/**
 * The q value of each p: the smallest false discovery rate at which it would be rejected.
 * Benjamini & Hochberg (1995): q of the i-th smallest of m is the least of p·m/i and those after it.
 */
export function qValues(ps: readonly number[]): readonly number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const result = new Array<number>(ps.length);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const { p, index } = order[rank - 1] as { p: number; index: number };
    least = Math.min(least, (p * ps.length) / rank);
    result[index] = least;
  }
  return result;
}
