import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import type { Benchmark, Table } from './benchmark.ts';
import { seeded } from './perf/random.ts';

const ROUNDS = 5;
const BENCHMARKS = 5_000;
const SAMPLES = 10;

export const benchmark: Benchmark = {
  title: 'perf-regression: 100,000 lines of go bench',
  method: `Two files with ${BENCHMARKS} benchmarks and ${SAMPLES} samples of three metrics each (300,000 values) are read and compared. Wall time and peak memory of the whole process, measured with /usr/bin/time; medians of ${ROUNDS} rounds in turns. benchstat is installed with \`go install golang.org/x/perf/cmd/benchstat@latest\`.`,
  run: measure,
};

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function measure(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-go-'));
  try {
    const random = seeded(1);
    const files = ['old.txt', 'new.txt'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, goBench(random));
    const cases = await casesOf(folder, files);
    const times = new Map(
      cases.map(({ name }) => [name, { ms: [] as number[], mb: [] as number[] }]),
    );
    for (let round = 0; round < ROUNDS; round++) {
      for (const one of cases) {
        const { ms, mb } = measureOne(one, folder);
        times.get(one.name)?.ms.push(ms);
        times.get(one.name)?.mb.push(mb);
      }
    }
    const peer = median(times.get('benchstat')?.ms ?? []);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    return {
      columns: [`${(bytes / 1e6).toFixed(1)} MB`, 'Wall time, ms', 'Ratio', 'Peak memory, MB'],
      rows: [...times].map(([name, { ms, mb }]) => [
        name,
        median(ms).toFixed(0),
        Number.isNaN(peer) ? 'benchstat is not installed' : (median(ms) / peer).toFixed(2),
        median(mb).toFixed(0),
      ]),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function goBench(random: ReturnType<typeof seeded>): string {
  const lines = ['goos: linux', 'goarch: amd64', 'pkg: example.org/large'];
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let index = 0; index < BENCHMARKS; index++) {
      const ns = (100 + index) * Math.exp(0.03 * random.normal());
      lines.push(
        `BenchmarkCase/size=${index}-8         \t 1000000\t      ${ns.toFixed(1)} ns/op\t     ${(index % 64) * 8} B/op\t       ${index % 7} allocs/op`,
      );
    }
  }
  return `${lines.join('\n')}\nPASS\n`;
}

async function casesOf(
  folder: string,
  [before = '', after = '']: readonly string[],
): Promise<readonly Case[]> {
  const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
  const { inputs } = await readActionManifest(action);
  const given: Readonly<Record<string, string>> = { results: after, baseline: before };
  const env = Object.fromEntries(
    inputs.map(({ name, default: preset = '' }) => [
      `INPUT_${name.toUpperCase()}`,
      given[name] ?? preset,
    ]),
  );
  const path = { PATH: `${process.env.PATH ?? ''}:${process.env.HOME}/go/bin` };
  return [
    {
      name: 'perf-regression',
      argv: [process.execPath, join(action, 'dist/index.js')],
      env: { ...path, ...env, RUNNER_TEMP: folder, GITHUB_OUTPUT: join(folder, 'output') },
    },
    { name: 'benchstat', argv: ['benchstat', before, after], env: path },
  ];
}

/** GNU time writes seconds and KB, as the last line of a file of its own. */
function measureOne({ argv, env }: Case, folder: string): { ms: number; mb: number } {
  const into = join(folder, 'time');
  writeFileSync(join(folder, 'output'), '');
  const script = `/usr/bin/env time -f '%e %M' -o "${into}" "$@" >/dev/null 2>&1; cat "${into}"`;
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...argv], { env, encoding: 'utf8' });
  const [seconds, kb] = (stdout.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { ms: (seconds ?? Number.NaN) * 1000, mb: (kb ?? Number.NaN) / 1000 };
}
