import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoTerminal } from './demo-terminal.ts';

const ROUNDS = 5;

/** Runs a small benchmark before and after a commit that makes one of two functions slower. */
export async function performanceScene(terminal: DemoTerminal, folder: string): Promise<void> {
  terminal.heading('Detect a slow commit');
  terminal.print(
    '`checkout` now computes twice as many hashes; `search` is unchanged. The two releases are measured alternately.',
  );
  const script = join(folder, 'bench.mjs');
  writeFileSync(script, BENCHMARK);
  // Alternating rounds expose both releases to the same load of the machine.
  const run = (hashes: string) => execFileSync(process.execPath, [script, hashes]);
  for (let round = 0; round < ROUNDS; round++) {
    appendFileSync(join(folder, 'before.txt'), run('400'));
    appendFileSync(join(folder, 'after.txt'), run('800'));
  }
  await terminal.runStep({
    action: 'perf-regression',
    name: 'slow-commit',
    cwd: folder,
    with: { results: 'after.txt', baseline: 'before.txt', format: 'go', normalize: 'off' },
    expect: 'fail',
  });
}

// CPU time, because other processes share the machine. The output format is that of `go test -bench`.
const BENCHMARK = `
import { createHash } from 'node:crypto';
const work = (times) => {
  for (let i = 0; i < times; i++) createHash('sha256').update('x'.repeat(200)).digest();
};
const cases = { Checkout: Number(process.argv[2]), Search: 400 };
work(5000);
for (let sample = 0; sample < 3; sample++) {
  for (const [name, times] of Object.entries(cases)) {
    const start = process.cpuUsage();
    for (let i = 0; i < 10; i++) work(times);
    const { user, system } = process.cpuUsage(start);
    console.log(\`Benchmark\${name} \\t 10 \\t \${(user + system) * 100} ns/op\`);
  }
}
`;
