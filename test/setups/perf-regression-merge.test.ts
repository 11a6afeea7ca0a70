import { type MergeMethod, mergePullRequest } from '@repo/testkit/setups/merge';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { onPull, onPush, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { pushes, SUITE } from './perf/values.ts';

const SLOW = { ...SUITE, Parse: 1500 };
const LABEL = 'perf-regression-accepted';

/** Merges a pull request whose regression has been accepted, and runs five pushes to main. */
async function mergeAccepted(method: MergeMethod) {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory(pushes(12));
  const pull = await project.openPull({ labels: [LABEL] });
  const accepted = await runBenchmarks(runners, project, { ...onPull(pull), values: SLOW });
  expect(accepted.outcome, accepted.log).toBe('success');
  const sha = mergePullRequest(project.repository, pull.headBranch, method);
  const merged = project.github.state.pulls.find(({ number }) => number === pull.number);
  if (merged !== undefined) Object.assign(merged, { state: 'closed', isMerged: true });
  for (let push = 1; push <= 5; push++) {
    const onMain = { ...onPush(project, sha), values: SLOW };
    const result = await runBenchmarks(runners, project, onMain);
    expect(result.outcome, `push ${push}: ${result.log}`).toBe('success');
  }
}

/** Merges a pull request that alters nothing, and runs pushes to main and a later pull request. */
async function mergeGood(method: MergeMethod) {
  await using project = await startProject();
  await using runners = await hostedRunners();
  project.addHistory(pushes(12));
  const pull = await project.openPull();
  const sha = mergePullRequest(project.repository, pull.headBranch, method);
  const onMain = await runBenchmarks(runners, project, onPush(project, sha));
  expect(onMain.outcome, onMain.log).toBe('success');
  expect(project.recorded().some((file) => file.includes(sha))).toBe(true);
  const later = await runBenchmarks(runners, project, {
    ...onPull(await project.openPull()),
    values: { ...SUITE, Parse: 3000 },
    with: { results: 'new.txt', 'fail-on': 'warn' },
  });
  expect(later.outcome, later.log).toBe('failure');
  expect(later.summary).toContain('13 runs of history');
}

const LOST_LABEL = 'the push does not look up the labels of its merged pull request';
const GREEN = 'main is green after a pull request with an accepted regression';
const COMPARED = 'a merged change is recorded, and compared with the pushes before';

cell('squash-merge', COMPARED, () => mergeGood('squash-merge'));
knownDefect('squash-merge', GREEN, LOST_LABEL, () => mergeAccepted('squash-merge'));
cell('rebase-merge', COMPARED, () => mergeGood('rebase-merge'));
knownDefect('rebase-merge', GREEN, LOST_LABEL, () => mergeAccepted('rebase-merge'));
cell('merge-commit', COMPARED, () => mergeGood('merge-commit'));
knownDefect('merge-commit', GREEN, LOST_LABEL, () => mergeAccepted('merge-commit'));
