import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import type { Benchmark, Table } from './benchmark.ts';
import { type Checkouts, compare, takeTurns } from './checkouts.ts';
import { actionEnvironment, measureCost } from './process.ts';

/** Processes per measurement, and measurements per case. */
const BATCH = 10;
const ROUNDS = 7;

export const benchmark: Benchmark = {
  title: 'Start of an action (CPU time of the whole process)',
  method: `User and system time of ${BATCH} processes, run in sequence and measured by the shell, divided by ${BATCH}; medians of ${ROUNDS} rounds in turns. The minimum is \`node -e 0\`.`,
  run: measure,
  comparesCheckouts: true,
};

interface StartCase {
  readonly name: string;
  /** Starts the process with the bundle of a checkout. */
  readonly start: (checkout: string) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function measure(checkouts: Checkouts): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  try {
    const cases = await createCases(folder);
    const times = cases.map(() => checkouts.map(() => [] as number[]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, { start, env }] of cases.entries()) {
        for (const [side, checkout] of takeTurns(checkouts, round)) {
          times[index]?.[side]?.push(measureCost(start(checkout), env, BATCH).cpuMs);
        }
      }
    }
    const floor = median(times[0]?.[0] ?? []);
    const isCompared = checkouts.length > 1;
    return {
      columns: ['Case', 'CPU, ms', ...(isCompared ? ['Against, ms'] : []), 'Ratio'],
      rows: cases.map(({ name }, index) => {
        const [own = [], against] = times[index] ?? [];
        const ms = median(own);
        const rest = against
          ? compare(own, against, (value) => value.toFixed(1))
          : [(ms / floor).toFixed(2)];
        return [name, ms.toFixed(1), ...rest];
      }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function createCases(folder: string): Promise<readonly StartCase[]> {
  const node = process.execPath;
  const forAction = async (action: string) => {
    const { inputs } = await readActionManifest(
      fileURLToPath(new URL(`../../actions/${action}`, import.meta.url)),
    );
    return (name: string, given: Readonly<Record<string, string>>): StartCase => ({
      name: `${action}, ${name}`,
      start: (checkout) => [node, join(checkout, 'actions', action, 'dist/index.js')],
      env: actionEnvironment(folder, inputs, given),
    });
  };
  const healthCheck = await forAction('health-check');
  const proxyRetest = await forAction('proxy-retest');
  const dockerCleanup = await forAction('docker-label-cleanup');
  const refused = `127.0.0.1:${await closedPort()}`;
  const once = { 'max-attempts': '1' };
  return [
    { name: 'node -e 0', start: () => [node, '-e', '0'], env: actionEnvironment(folder, [], {}) },
    healthCheck('input error', { url: 'x', timeout: '5' }),
    healthCheck('one refused TCP check', { url: `tcp://${refused}`, ...once }),
    healthCheck('one refused HTTP check', { url: `http://${refused}/`, ...once }),
    healthCheck('the same HTTP check in YAML with CEL', {
      checks: `[{name: a, http: {url: "http://${refused}/"}, expect: status == 200, max-attempts: 1}]`,
    }),
    healthCheck('one command', { checks: '[{name: a, exec: {command: "true"}}]' }),
    proxyRetest('mode: shard', { list: 'proxies.txt', mode: 'shard' }),
    dockerCleanup('mode: setup', { mode: 'setup', labels: 'environment=testing' }),
  ];
}
