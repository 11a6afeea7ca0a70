import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './stage.ts';

const ROUNDS = 5;

/** Real runs of a small benchmark: a commit made one of its two functions slower. */
export async function performanceScene(stage: Stage, folder: string): Promise<void> {
  stage.scene('A slow commit is caught');
  stage.tell(
    '`checkout` of the shop hashes twice as often as before; `search` is as it was. Both releases are measured in turns.',
  );
  const script = join(folder, 'bench.mjs');
  writeFileSync(script, BENCHMARK);
  // In turns, so that whatever else the machine does meets both.
  const run = (hashes: string) => execFileSync(process.execPath, [script, hashes]);
  for (let round = 0; round < ROUNDS; round++) {
    appendFileSync(join(folder, 'before.txt'), run('400'));
    appendFileSync(join(folder, 'after.txt'), run('800'));
  }
  await stage.step({
    action: 'perf-regression',
    name: 'slow-commit',
    cwd: folder,
    with: { results: 'after.txt', baseline: 'before.txt', format: 'go', normalize: 'off' },
    expect: 'fail',
  });
}

// CPU time, because the machine has other things to do, too. Printed as `go test -bench` does.
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
