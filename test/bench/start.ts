import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { type Benchmark, median, type Table } from './benchmark.ts';

/** Processes in one measurement, and measurements of each case. */
const BATCH = 10;
const ROUNDS = 7;

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const benchmark: Benchmark = {
  title: 'Start of an action (CPU time of the whole process)',
  method: `User and system time of ${BATCH} processes one after the other, as the shell counts it, divided by ${BATCH}; medians of ${ROUNDS} rounds in which the cases take turns. The floor is \`node -e 0\`.`,
  run: measure,
};

async function measure(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  try {
    const cases = await casesOf(folder);
    const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of cases) times.get(one.name)?.push(cpuMs(one));
    }
    const floor = median(times.get('node -e 0') ?? []);
    return {
      columns: ['case', 'CPU ms', 'ratio'],
      rows: [...times].map(([name, values]) => [
        name,
        median(values).toFixed(1),
        (median(values) / floor).toFixed(2),
      ]),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function casesOf(folder: string): Promise<readonly Case[]> {
  const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
  const { inputs } = await readActionManifest(action);
  const env = (given: Readonly<Record<string, string>>) => ({
    PATH: process.env.PATH ?? '',
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: emptyFile(folder, 'output'),
    GITHUB_STEP_SUMMARY: emptyFile(folder, 'summary'),
    ...Object.fromEntries(
      inputs.map(({ name, default: preset = '' }) => [
        `INPUT_${name.toUpperCase()}`,
        given[name] ?? preset,
      ]),
    ),
  });
  const argv = [process.execPath, join(action, 'dist/index.js')];
  const refused = `127.0.0.1:${await closedPort()}`;
  return [
    { name: 'node -e 0', argv: [process.execPath, '-e', '0'], env: env({}) },
    { name: 'health-check, input error', argv, env: env({ url: 'x', timeout: '5' }) },
    {
      name: 'health-check, one refused TCP check',
      argv,
      env: env({ url: `tcp://${refused}`, 'max-attempts': '1' }),
    },
    {
      name: 'health-check, one refused HTTP check',
      argv,
      env: env({ url: `http://${refused}/`, 'max-attempts': '1' }),
    },
    {
      name: 'health-check, the same from YAML with CEL',
      argv,
      env: env({
        checks: `checks: [{name: a, http: {url: "http://${refused}/"}, expect: status == 200, max-attempts: 1}]`,
      }),
    },
  ];
}

function emptyFile(folder: string, name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  return path;
}

/** CPU time of one process, ms: `times` prints that of the shell, then that of its children. */
function cpuMs({ argv, env }: Case): number {
  const script = `i=0; while [ $i -lt ${BATCH} ]; do "$@" >/dev/null 2>&1; i=$((i+1)); done; times`;
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...argv], { env, encoding: 'utf8' });
  const [user, system] = (stdout.trim().split('\n')[1] ?? '').split(' ').map(seconds);
  return (((user ?? Number.NaN) + (system ?? Number.NaN)) * 1_000) / BATCH;
}

/** `0m1.234s` → 1.234 */
function seconds(text: string): number {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(rest);
}
