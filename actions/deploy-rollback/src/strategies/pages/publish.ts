import { ActionError } from '@repo/core/errors/action-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { backoffMs } from '@repo/core/process/backoff';
import { plain } from '@repo/core/text/untrusted';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import { ifFound } from '@repo/github/if-found';
import { oidcToken } from '@repo/github/oidc-token';
import { cancelPagesDeployment, createPagesDeployment, pagesState } from '@repo/github/pages/pages';
import type { Ports } from '../strategy.ts';

export interface Publication {
  readonly artifact: number;
  /** Full SHA. It is also the id of the Pages deployment. */
  readonly revision: string;
  readonly environment: string;
  readonly timeoutMs: number;
}

const POLL = { baseMs: 1_000, maxMs: 5_000, factor: 1.5 };
/** Interval of the log lines while the status does not change. */
const LOG_INTERVAL_MS = 15_000;
const IN_PROGRESS = /due to in progress deployment.*Please cancel (\S+) first/s;

/**
 * Publishes an artifact on GitHub Pages, and waits until the site is updated. A deployment in progress of
 * another release is cancelled. One of the same release was started before a kill, and is continued.
 *
 * @throws ActionError if it fails or times out; after a timeout it is cancelled
 */
export async function publish(
  github: GitHub,
  { artifact, revision, environment, timeoutMs }: Publication,
  ports: Ports,
): Promise<void> {
  const { variable, mask, signal } = ports;
  const token = await oidcToken(
    {
      url: variable('ACTIONS_ID_TOKEN_REQUEST_URL'),
      token: variable('ACTIONS_ID_TOKEN_REQUEST_TOKEN'),
    },
    signal,
  );
  mask(token);
  const create = () =>
    createPagesDeployment(github, {
      artifact,
      version: revision,
      oidcToken: token,
      environment,
    });
  const id = await create().catch(async (error: unknown) => {
    if (!(error instanceof GitHubError)) throw error;
    const [, current] = IN_PROGRESS.exec(error.message) ?? [];
    // It is in progress, or it was created and the response was lost.
    if (current === revision || (error.isUncertain && (await isInProgress(github, revision)))) {
      return revision;
    }
    if (current === undefined || !/^[\w-]{1,100}$/.test(current)) throw error;
    ports.log.info(`Cancelling the Pages deployment in progress: ${current}`);
    await cancelPagesDeployment(github, current);
    return create();
  });
  await waitUntilPublished(github, id, timeoutMs, ports);
}

async function isInProgress(github: GitHub, id: string): Promise<boolean> {
  return (await ifFound(() => pagesState(github, id)))?.kind === 'busy';
}

async function waitUntilPublished(
  github: GitHub,
  id: string,
  timeoutMs: number,
  { clock, signal, log }: Ports,
): Promise<void> {
  const endMs = clock.monotonic() + timeoutMs;
  let loggedStatus = '';
  let loggedAtMs = 0;
  for (let attempt = 1; ; attempt++) {
    const state = await pagesState(github, id);
    if (state.kind === 'good') return;
    if (state.kind === 'failed') {
      throw new ActionError(`the Pages deployment failed with ${plain(state.status)}`, {
        remedy: 'Check that GitHub Actions is the source in the Pages settings.',
      });
    }
    const nowMs = clock.monotonic();
    if (nowMs >= endMs) break;
    if (state.status !== loggedStatus || nowMs - loggedAtMs >= LOG_INTERVAL_MS) {
      [loggedStatus, loggedAtMs] = [state.status, nowMs];
      log.info(`GitHub Pages: ${plain(state.status)}`);
    }
    await clock.sleep(Math.min(backoffMs(attempt, POLL), endMs - nowMs), signal);
  }
  await cancelPagesDeployment(github, id);
  throw new ActionError(`the Pages deployment timed out after ${formatDuration(timeoutMs)}`, {
    remedy: 'Check https://www.githubstatus.com, or raise timeout.',
  });
}
