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
  /** Full SHA; the deployment of Pages has its name. */
  readonly revision: string;
  readonly environment: string;
  readonly timeoutMs: number;
}

const POLL = { baseMs: 1_000, maxMs: 5_000, factor: 1.5 };
/** Between two lines, ms. */
const EVERY = 15_000;
const BUSY = /due to in progress deployment.*Please cancel (\S+) first/s;

/**
 * Publishes an artifact on GitHub Pages, and waits until it is there. What is on its way of another
 * release is stopped: it is the one that failed, or one before it. One of the same release is ours,
 * from before a kill.
 *
 * @throws ActionError where it fails, or does not end in time; then it is stopped
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
      ...{ artifact, version: revision, oidcToken: token, environment },
    });
  const id = await create().catch(async (error: unknown) => {
    if (!(error instanceof GitHubError)) throw error;
    const [, busy] = BUSY.exec(error.message) ?? [];
    // The same release is on its way, or it was created and the answer lost.
    if (busy === revision || (error.isUncertain && (await isKnown(github, revision)))) {
      return revision;
    }
    if (busy === undefined || !/^[\w-]{1,100}$/.test(busy)) throw error;
    ports.log.info(`Stopping the deployment of Pages that is on its way: ${busy}`);
    await cancelPagesDeployment(github, busy);
    return create();
  });
  await succeeded(github, id, timeoutMs, ports);
}

async function isKnown(github: GitHub, id: string): Promise<boolean> {
  return (await ifFound(() => pagesState(github, id)))?.kind === 'busy';
}

async function succeeded(
  github: GitHub,
  id: string,
  timeoutMs: number,
  { clock, signal, log }: Ports,
): Promise<void> {
  const end = clock.monotonic() + timeoutMs;
  let told = '';
  let toldAt = 0;
  for (let attempt = 1; ; attempt++) {
    const state = await pagesState(github, id);
    if (state.kind === 'good') return;
    if (state.kind === 'failed') {
      throw new ActionError(`GitHub Pages ended with ${plain(state.status)}`, {
        remedy: 'See the settings of Pages: its source has to be GitHub Actions.',
      });
    }
    const now = clock.monotonic();
    if (now >= end) break;
    if (state.status !== told || now - toldAt >= EVERY) {
      [told, toldAt] = [state.status, now];
      log.info(`GitHub Pages: ${plain(state.status)}`);
    }
    await clock.sleep(Math.min(backoffMs(attempt, POLL), end - now), signal);
  }
  await cancelPagesDeployment(github, id);
  throw new ActionError(`GitHub Pages did not come to an end in ${formatDuration(timeoutMs)}`, {
    remedy: 'See https://www.githubstatus.com, or give it more timeout.',
  });
}
