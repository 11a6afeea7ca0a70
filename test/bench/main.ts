import { arch, cpus, platform } from 'node:os';
import type { Benchmark } from './benchmark.ts';

/** Every benchmark, by the name that `pnpm bench <name>` takes. */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  'perf-run': () => import('./perf-run.ts'),
  'perf-go-100k': () => import('./perf-go-100k.ts'),
  'perf-accuracy': () => import('./perf-accuracy.ts'),
  'rollback-history': () => import('./rollback-history.ts'),
  'docker-cleanup': () => import('./docker-cleanup.ts'),
  'proxy-engine': () => import('./proxy-engine.ts'),
  'proxy-plan': () => import('./proxy-plan.ts'),
  'proxy-checks': () => import('./proxy-checks.ts'),
  start: () => import('./start.ts'),
  'http-checks': () => import('./http-checks.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(
    `No benchmark ${unknown.join(', ')}. There are ${Object.keys(BENCHMARKS).join(', ')}.`,
  );
  process.exit(1);
}

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`,
);
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { benchmark } = await load();
  console.log(`## ${benchmark.title}\n\n${benchmark.method}\n`);
  const { columns, rows } = await benchmark.run();
  for (const cells of [columns, columns.map(() => '---'), ...rows]) {
    console.log(`| ${cells.join(' | ')} |`);
  }
  console.log('');
}
