import { startRepository } from '@repo/testkit/git/repository';
import { folderWith, LONG, type Scenario } from './scenario.ts';

export const scenario: Scenario = {
  calm: () => folderWith(goResults(3), { results: 'head.txt', baseline: 'base.txt' }),
  slow: async () => {
    const repository = startRepository({ 'bench.mjs': 'setInterval(() => {}, 1000);' });
    return {
      cwd: repository.clone(),
      with: { mode: 'run', command: `${process.execPath} bench.mjs`, 'baseline-ref': 'HEAD' },
      isAtWork: /^Measuring /,
      [Symbol.asyncDispose]: async () => repository[Symbol.dispose](),
    };
  },
  loud: () =>
    folderWith(goResults(20_000, 2), {
      results: 'head.txt',
      baseline: 'base.txt',
      'fail-on': 'never',
    }),
  withoutNetwork: { exitCode: 0, verdict: 'pass', message: /./ },
};

/** Two files of go bench, of which the second side is slower by a factor. */
function goResults(benchmarks: number, factor = 1): Readonly<Record<string, string>> {
  const file = (scale: number) =>
    Array.from({ length: benchmarks }, (_, index) =>
      Array.from({ length: 6 }, (_, run) => {
        // Odd ones stand still, or all of them together would be the machine.
        const ns = (1_000 + run) * (index % 2 === 0 ? scale : 1);
        return `Benchmark${index}${LONG} 1000 ${ns} ns/op`;
      }),
    )
      .flat()
      .join('\n');
  return { 'base.txt': `${file(1)}\nPASS\n`, 'head.txt': `${file(factor)}\nPASS\n` };
}
