import { fileURLToPath } from 'node:url';
import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { runGit } from '@repo/testkit/git/run-git';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import type { PullRequest } from '@repo/testkit/setups/events';
import { encodeRecord, recordPath } from '../../../actions/perf-regression/src/history/record.ts';
import { openPull } from '../../e2e/perf/pull-request.ts';
import { createRecord, type Level } from './values.ts';

export const action = fileURLToPath(new URL('../../../actions/perf-regression', import.meta.url));

const COMMITTER = 'committer Ann <ann@example.org>';

/** A repository on GitHub with benchmarks. */
export interface Project extends AsyncDisposable {
  readonly repository: Repository;
  readonly github: LocalGitHub;
  /** Adds pushes to main whose runs are in the history. Returns their commits, oldest first. */
  readonly addHistory: (levels: readonly Level[]) => readonly string[];
  /** Pushes a commit to main. */
  readonly push: (files: Readonly<Record<string, string>>) => string;
  /** Opens a pull request. Its merge with main is `refs/pull/<number>/merge`. */
  readonly openPull: (change?: {
    readonly files?: Readonly<Record<string, string>>;
    readonly labels?: readonly string[];
  }) => Promise<Required<PullRequest>>;
  /** The files of the history, on its branch. */
  readonly recorded: () => readonly string[];
}

export async function startProject({
  name = 'octo-org/octo-repo',
  files = {},
  ...options
}: {
  readonly name?: string;
  readonly files?: Readonly<Record<string, string>>;
} & Parameters<typeof startLocalGitHub>[0] = {}): Promise<Project> {
  const repository = startRepository(files);
  const github = await startLocalGitHub({ ...options, repository: name, bare: repository.remote });
  const { remote } = repository;
  let pulls = 0;
  return {
    repository,
    github,
    addHistory: (levels) => {
      const first = 'from refs/heads/main^0\n';
      const pushed = levels.map(
        (_, run) =>
          `commit refs/heads/main\n${COMMITTER} ${timeOf(run) / 1000} +0000\ndata 4\npush\n${run === 0 ? first : ''}\n`,
      );
      runGit(remote, ['fast-import', '--quiet'], { input: pushed.join('') });
      const shas = git(remote, 'rev-list', `--max-count=${levels.length}`, 'main')
        .split('\n')
        .toReversed();
      const records = levels.map((level, run) =>
        createRecord(level, { run, sha: shas[run] ?? '', timeMs: timeOf(run) }),
      );
      const changes = records.map((record) => {
        const text = encodeRecord(record);
        return `M 644 inline ${recordPath(record)}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
      });
      runGit(remote, ['fast-import', '--quiet'], {
        input: `commit refs/heads/perf-history\n${COMMITTER} 0 +0000\ndata 4\nperf\n${changes.join('')}`,
      });
      return shas;
    },
    push: (changed) => {
      const clone = repository.clone();
      const sha = commit(clone, changed);
      git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
      return sha;
    },
    openPull: async ({ files: changed = {}, labels = [] } = {}) => {
      const headBranch = `change-${++pulls}`;
      const clone = repository.clone();
      const baseSha = git(clone, 'rev-parse', 'HEAD');
      git(clone, 'checkout', '--quiet', '-b', headBranch);
      const headSha = commit(clone, { [`${headBranch}.txt`]: 'changed\n', ...changed });
      git(clone, 'checkout', '--quiet', '--detach', baseSha);
      git(clone, 'merge', '--quiet', '--no-ff', '-m', 'Merge', headBranch);
      const mergeSha = git(clone, 'rev-parse', 'HEAD');
      const head = { repository: name, branch: headBranch, sha: headSha };
      const number = await openPull(github, head);
      setLabels(github, number, labels);
      const merge = `HEAD:refs/pull/${number}/merge`;
      git(clone, 'push', '--quiet', 'origin', headBranch, merge);
      return { number, headRepository: name, headSha, mergeSha, baseSha, headBranch, labels };
    },
    recorded: () =>
      git(remote, 'ls-tree', '-r', '--name-only', 'perf-history').split('\n').toSorted(),
    [Symbol.asyncDispose]: async () => {
      repository[Symbol.dispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}

/** Replaces the labels of a pull request on GitHub. */
export function setLabels({ state }: LocalGitHub, pull: number, labels: readonly string[]): void {
  const issue = state.issues.find(({ number }) => number === pull);
  if (issue === undefined) throw new Error(`no pull request ${pull}`);
  issue.labels = labels;
}

/** One push an hour; the first one was on 2026-01-01. */
const timeOf = (run: number) => Date.UTC(2026, 0, 1) + run * 3_600_000;
