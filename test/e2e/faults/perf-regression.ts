import { startRepository } from '@repo/testkit/git/repository';
import { createWorkspace, LONG, type Scenario } from './scenario.ts';

export const scenario: Scenario = {
  passing: () => createWorkspace(createGoResults(3), { results: 'head.txt', baseline: 'base.txt' }),
  endless: async () => {
    const repository = startRepository({ 'bench.mjs': 'setInterval(() => {}, 1000);' });
    return {
      cwd: repository.clone(),
      with: { mode: 'run', command: `${process.execPath} bench.mjs`, 'baseline-ref': 'HEAD' },
      startedLine: /^Measuring /,
      [Symbol.asyncDispose]: async () => repository[Symbol.dispose](),
    };
  },
  oversized: () =>
    createWorkspace(createGoResults(20_000, 2), {
      results: 'head.txt',
      baseline: 'base.txt',
      'fail-on': 'never',
    }),
  withoutNetwork: { exitCode: 0, verdict: 'pass', message: /./ },
};

/** Creates two files of go bench results; the second is slower by a factor. */
function createGoResults(benchmarks: number, factor = 1): Readonly<Record<string, string>> {
  const file = (scale: number) =>
    Array.from({ length: benchmarks }, (_, index) =>
      Array.from({ length: 6 }, (_, run) => {
        // Odd benchmarks stay equal: if all were slower, the action would attribute it to the machine.
        const ns = (1_000 + run) * (index % 2 === 0 ? scale : 1);
        return `Benchmark${index}${LONG} 1000 ${ns} ns/op`;
      }),
    )
      .flat()
      .join('\n');
  return { 'base.txt': `${file(1)}\nPASS\n`, 'head.txt': `${file(factor)}\nPASS\n` };
}
