import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { listCheckouts } from './checkouts.ts';
import { renderTable, updateSection } from './document.ts';

/** The benchmarks, by the argument of `pnpm bench <name>`. */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  'perf-run': () => import('./perf-run.ts'),
  'perf-go-100k': () => import('./perf-go-100k.ts'),
  'perf-accuracy': () => import('./perf-accuracy.ts'),
  'rollback-recovery': () => import('./rollback-recovery.ts'),
  'rollback-history': () => import('./rollback-history.ts'),
  'docker-cleanup': () => import('./docker-cleanup.ts'),
  'proxy-engine': () => import('./proxy-engine.ts'),
  'proxy-plan': () => import('./proxy-plan.ts'),
  'proxy-million': () => import('./proxy-million.ts'),
  'proxy-checks': () => import('./proxy-checks.ts'),
  rollback: () => import('./rollback.ts'),
  start: () => import('./start.ts'),
  'http-checks': () => import('./http-checks.ts'),
};

// pnpm bench [--write] [--against <folder>] [name …]
// --write also updates docs/benchmarks.md. --against compares with the bundles of another checkout.
const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, against: { type: 'string' } },
});
if (values.write && values.against !== undefined) {
  console.error('--against: the document has no column for another checkout. Omit --write.');
  process.exit(1);
}
const checkouts = listCheckouts(values.against);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(
    `Unknown benchmark: ${unknown.join(', ')}. Use one of ${Object.keys(BENCHMARKS).join(', ')}.`,
  );
  process.exit(1);
}

const environment = `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`;
console.log(`${environment}\n`);
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { benchmark } = await load();
  if (values.against !== undefined && !benchmark.comparesCheckouts) {
    console.log(`${name}: skipped, because it does not compare checkouts\n`);
    continue;
  }
  console.log(`## ${benchmark.title}\n\n${benchmark.method}\n`);
  const table = await benchmark.run(checkouts);
  console.log(`${renderTable(table)}\n`);
  if (!values.write) continue;
  // After each benchmark: a later failure does not lose the result.
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(DOCUMENT, updateSection(document, name, benchmark, table, environment));
}
