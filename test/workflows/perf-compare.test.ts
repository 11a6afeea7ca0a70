import { describe, expect, test } from 'vitest';
import { bench } from '../e2e/perf/hash-bench.ts';
import { act, startRunner } from './act.ts';

const CALLER = `
on: {workflow_dispatch: {}, pull_request: {}}
permissions: {}
jobs:
  perf:
    permissions: {contents: read, pull-requests: write}
    uses: org/actions/.github/workflows/perf-compare.yml@v1
    with:
      command: node bench.mjs
      format: go
      baseline-ref: HEAD~1
      budget: 60s
`;

describe.skipIf(act.path === undefined)(
  `P15: the comparison of a pull request ${act.needs}`,
  () => {
    test('a slower commit turns it red, one that changes nothing does not', async () => {
      await using runner = await startRunner(
        { '.github/workflows/perf.yml': CALLER, 'bench.mjs': bench(0) },
        { 'README.md': 'nothing that counts' },
      );
      const same = await runner.run({ workflow: 'perf.yml' });
      expect(same.succeeded, same.log).toBe(true);
      await runner.commit({ 'bench.mjs': bench(400) });
      const slow = await runner.run({ workflow: 'perf.yml' });
      expect(slow.succeeded, slow.log).toBe(false);
      expect(slow.outputs).toMatchObject({ verdict: 'fail', regressions: '1' });
      expect(slow.artifacts).toEqual({
        'perf-report': ['perf-regression.html', 'perf-regression.json'],
      });
    });
  },
);
