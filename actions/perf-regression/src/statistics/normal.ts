/** Above this, the continued fraction of erfc converges faster than the series of erf. */
const CROSSOVER = 2.5;

/**
 * Φ(z), the standard normal distribution function, to about 1e-15. From erf's power series
 * (Abramowitz & Stegun 7.1.6) and erfc's continued fraction (7.1.14).
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const tail = x < CROSSOVER ? 1 - erfSeries(x) : erfcFraction(x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

/** z with Φ(z) = p, by bisection; ±∞ at 0 and 1. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  let low = -40;
  let high = 40;
  for (let step = 0; step < 100 && low < high; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (1·3···(2n+1)). */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))), by Lentz's method. */
function erfcFraction(x: number): number {
  let c = x;
  let d = 0;
  let f = x;
  for (let n = 1; n < 300; n++) {
    d = 1 / (x + (n / 2) * d);
    c = x + n / 2 / c;
    f *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / f;
}
