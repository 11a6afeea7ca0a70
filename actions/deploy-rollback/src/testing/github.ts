import type { RunInfo } from '@repo/core/action/run-info';
import type { Clock } from '@repo/core/process/clock';
import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { fakeClock } from '@repo/testkit/clock';
import type { LocalGitHub } from '@repo/testkit/github/local-github';

export const RUN: RunInfo = {
  repository: 'octo-org/octo-repo',
  workflow: 'Deploy',
  runId: '4711',
  runAttempt: '1',
  job: 'deploy',
  sha: '',
  ref: 'refs/heads/main',
};

/** A client of the local GitHub; by default, waiting takes no time. */
export function connectTo(
  local: LocalGitHub,
  {
    clock = fakeClock(),
    signal = new AbortController().signal,
  }: {
    readonly clock?: Clock;
    readonly signal?: AbortSignal;
  } = {},
): () => Promise<GitHub> {
  let connected: Promise<GitHub> | undefined;
  return () => {
    connected ??= connectGitHub({
      token: 'a-token',
      apiUrl: local.apiUrl,
      repository: RUN.repository,
      access: 'write',
      signal,
      clock,
      log: { debug() {} },
    });
    return connected;
  };
}
