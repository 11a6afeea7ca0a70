import { fakeClock } from '@repo/testkit/clock';
import type { LocalGitHub } from '@repo/testkit/github/local-github';
import { connectGitHub } from '../connect.ts';
import type { GitHub } from '../github.ts';
import type { GitHubSettings } from '../settings.ts';

/** Connects to the local GitHub with a fake clock. */
export function connected(
  local: LocalGitHub,
  given: Partial<GitHubSettings> = {},
): Promise<GitHub> {
  return connectGitHub({
    token: 'a-token',
    apiUrl: local.apiUrl,
    repository: String(local.context.repository),
    access: 'write',
    signal: new AbortController().signal,
    clock: fakeClock(),
    log: { debug() {} },
    ...given,
  });
}
