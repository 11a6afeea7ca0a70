import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';
import { commit, git, startRepository } from '@repo/testkit/git/repository';
import { runAction } from '@repo/testkit/runner/run-action';
import { bench } from '../e2e/perf/hash-bench.ts';
import type { Benchmark, Table } from './benchmark.ts';

const TIMES = 10;
const BUDGET_MS = 60_000;

export const benchmark: Benchmark = {
  title: 'perf-regression with mode: run',
  method: `A small repository with a hash benchmark, ${TIMES} times each: a commit without a change and a commit that is 30% slower, measured in turns by the bundle with a budget of ${BUDGET_MS / 1000} s.`,
  run: measure,
};

async function measure(): Promise<Table> {
  using repository = startRepository({ 'bench.mjs': bench(0) });
  const cwd = repository.clone();
  const seen = { same: [] as string[], slow: [] as string[], ms: [] as number[] };
  for (let time = 1; time <= TIMES; time++) {
    git(cwd, 'checkout', '--quiet', '-B', 'topic', 'origin/main');
    commit(cwd, { 'other.txt': `${time}` });
    seen.same.push(await verdictOf(cwd, seen.ms));
    commit(cwd, { 'bench.mjs': bench(300) });
    seen.slow.push(await verdictOf(cwd, seen.ms));
  }
  const share = (all: readonly string[], verdict: string) =>
    `${all.filter((one) => one === verdict).length} of ${TIMES}`;
  return {
    columns: ['Commit', 'Correct', 'Verdicts'],
    rows: [
      ['unchanged passes', share(seen.same, 'pass'), seen.same.join(' ')],
      ['30% slower fails', share(seen.slow, 'fail'), seen.slow.join(' ')],
      ['median time of a run', `${(median(seen.ms) / 1000).toFixed(1)} s`, ''],
    ],
  };
}

async function verdictOf(cwd: string, ms: number[]): Promise<string> {
  const start = performance.now();
  await using result = await runAction({
    action: fileURLToPath(new URL('../../actions/perf-regression', import.meta.url)),
    cwd,
    with: {
      mode: 'run',
      command: `${process.execPath} bench.mjs`,
      format: 'go',
      budget: `${BUDGET_MS}ms`,
      'baseline-ref': 'HEAD~1',
    },
    trackFiles: false,
    timeoutMs: 2 * BUDGET_MS,
  });
  ms.push(performance.now() - start);
  return result.outputs.verdict ?? '';
}
