import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Suite } from './history.ts';
import { seeded } from './random.ts';

const PUBLISHED = fileURLToPath(
  new URL('../../../../shared/data/history/hosted-runner-noise.json', import.meta.url),
);

/**
 * Noise like on hosted runners: machines with different speeds, shared by all benchmarks of a run, rare
 * long disturbances of the machine, and a little noise per benchmark.
 */
export function simulatedSuites(): readonly Suite[] {
  const random = seeded(7);
  const machines = [1, 1.08, 1.25, 0.9];
  return [2, 2, 4, 6].map((count, index) => {
    const own = 0.01 + 0.01 * index;
    const rows = Array.from({ length: 300 }, () => {
      const kind = machines[Math.floor(random.uniform() ** 2 * machines.length)] ?? 1;
      const disturbed = random.uniform() < 0.04 ? 1.15 + random.uniform() * 0.4 : 1;
      const machine = kind * disturbed * Math.exp(0.03 * random.normal());
      return Array.from({ length: count }, (_, benchmark) => {
        const outlier = random.uniform() < 0.01 ? 1.3 : 1;
        return 1000.5 * 10 ** benchmark * machine * outlier * Math.exp(own * random.normal());
      });
    });
    return {
      name: `simulated ${index + 1} (${count} benchmarks)`,
      benchmarks: Array.from({ length: count }, (_, benchmark) => `b${benchmark}`),
      rows,
    };
  });
}

/** Seven years of results from hosted runners, if available; rates are converted to times. */
export function publishedSuites(): readonly Suite[] {
  const text = readOrNothing(PUBLISHED);
  if (text === undefined) return [];
  const data = JSON.parse(text) as Readonly<
    Record<string, readonly { benches: readonly { name: string; value: number; unit: string }[] }[]>
  >;
  return Object.entries(data).map(([name, runs]) => {
    const values = runs.map(
      ({ benches }) =>
        new Map(
          benches.map((bench) => [
            bench.name,
            bench.unit.startsWith('iter/') ? 1e9 / bench.value : bench.value,
          ]),
        ),
    );
    // Benchmarks with few runs are not useful.
    const benchmarks = [...new Set(values.flatMap((run) => [...run.keys()]))].filter(
      (one) => values.filter((run) => run.has(one)).length > 0.9 * runs.length,
    );
    const rows = values.flatMap((run) => {
      const row = benchmarks.map((one) => run.get(one) ?? Number.NaN);
      return row.every((value) => value > 0) ? [row] : [];
    });
    return { name, benchmarks, rows };
  });
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
