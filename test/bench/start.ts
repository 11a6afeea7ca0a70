import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import type { Benchmark, Table } from './benchmark.ts';
import { actionEnvironment, measureCost } from './process.ts';

/** Processes per measurement, and measurements per case. */
const BATCH = 10;
const ROUNDS = 7;

export const benchmark: Benchmark = {
  title: 'Start of an action (CPU time of the whole process)',
  method: `User and system time of ${BATCH} processes, run in sequence and measured by the shell, divided by ${BATCH}; medians of ${ROUNDS} rounds in turns. The minimum is \`node -e 0\`.`,
  run: measure,
};

async function measure(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  try {
    const cases = await createCases(folder);
    const times = cases.map(() => [] as number[]);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, { argv, env }] of cases.entries()) {
        times[index]?.push(measureCost(argv, env, BATCH).cpuMs);
      }
    }
    const medians = times.map(median);
    const [floor = Number.NaN] = medians;
    return {
      columns: ['Case', 'CPU, ms', 'Ratio'],
      rows: cases.map(({ name }, index) => {
        const ms = medians[index] ?? Number.NaN;
        return [name, ms.toFixed(1), (ms / floor).toFixed(2)];
      }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function createCases(folder: string) {
  const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
  const { inputs } = await readActionManifest(action);
  const node = process.execPath;
  const bundle = [node, join(action, 'dist/index.js')];
  const env = (given: Readonly<Record<string, string>>) => actionEnvironment(folder, inputs, given);
  const refused = `127.0.0.1:${await closedPort()}`;
  return [
    { name: 'node -e 0', argv: [node, '-e', '0'], env: env({}) },
    { name: 'health-check, input error', argv: bundle, env: env({ url: 'x', timeout: '5' }) },
    {
      name: 'health-check, one refused TCP check',
      argv: bundle,
      env: env({ url: `tcp://${refused}`, 'max-attempts': '1' }),
    },
    {
      name: 'health-check, one refused HTTP check',
      argv: bundle,
      env: env({ url: `http://${refused}/`, 'max-attempts': '1' }),
    },
    {
      name: 'health-check, the same HTTP check in YAML with CEL',
      argv: bundle,
      env: env({
        checks: `[{name: a, http: {url: "http://${refused}/"}, expect: status == 200, max-attempts: 1}]`,
      }),
    },
  ];
}
