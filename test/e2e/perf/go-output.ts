const NOISE = [0, 1.1, -0.7, 0.4, -1.3, 0.9, -0.2, 1.6, -1.1, 0.5];

/** Output of `go test -bench -count`: one line per sample with about 1% of noise. */
export function go(benchmarks: Readonly<Record<string, number>>, count = 10): string {
  return [
    'goos: linux',
    'goarch: amd64',
    'pkg: example.org/shop',
    ...Object.entries(benchmarks).flatMap(([name, ns], offset) =>
      Array.from({ length: count }, (_, index) => {
        const noise = 1 + (NOISE[(index * 3 + offset) % NOISE.length] ?? 0) / 100;
        return `Benchmark${name}-8   \t 1000\t ${(ns * noise).toFixed(3)} ns/op`;
      }),
    ),
    'PASS',
    '',
  ].join('\n');
}
