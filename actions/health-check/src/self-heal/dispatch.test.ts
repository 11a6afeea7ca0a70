import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import { openIncident } from '@repo/github/incidents/incidents';
import type { Issue } from '@repo/github/issues/issue';
import { hiddenMarker } from '@repo/github/marker';
import { fakeClock } from '@repo/testkit/clock';
import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DispatchRequest, dispatch, findRefusal } from './dispatch.ts';

const MINUTE = 60_000;
const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
const COMMENT = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';

let local: LocalGitHub;
let github: GitHub;
let issue: Issue;
const clock = fakeClock();
const { signal } = new AbortController();

beforeEach(async () => {
  local = await startLocalGitHub();
  local.state.workflows.push({ id: 7, file: 'deploy.yml', inputs: {} });
  github = await connectGitHub({
    token: 't',
    apiUrl: local.apiUrl,
    repository: 'octo-org/octo-repo',
    access: 'write',
    signal,
    clock,
    log: { debug() {} },
  });
  ({ issue } = await openIncident(github, key, texts));
});
afterEach(() => local[Symbol.asyncDispose]());

const key = { action: 'health-check', marker: '<!-- m -->' };
const texts = { title: 'T', body: '<!-- m -->\nB' };

function start(given: Partial<DispatchRequest> = {}) {
  return dispatch(github, {
    workflow: { file: 'deploy.yml' },
    inputs: {},
    limit: { most: 2, window: 360 * MINUTE },
    issue,
    outageStart: issue.createdAt,
    ref: 'refs/heads/main',
    run: '1-1',
    clock,
    signal,
    ...given,
  });
}

/** Adds the claim of another run. */
function addClaim(state: string, given: { readonly ago?: number; readonly author?: number } = {}) {
  const { ago = 0, author = local.state.user.id } = given;
  const createdAt = local.state.now() - ago;
  local.state.comments.push({
    id: local.state.nextId(),
    issue: issue.number,
    createdAt,
    updatedAt: createdAt,
    body: hiddenMarker('health-check-heal', { state, run: '2-1' }),
    author: { ...local.state.user, id: author },
  });
}

describe('claims of other runs', () => {
  test.each([
    ['started', { ago: 300 * MINUTE }, 'already-started'],
    ['claimed', { ago: 9 * MINUTE }, 'claimed-by-other-run'],
    ['claimed', { ago: 11 * MINUTE }, 'started'],
    ['failed', {}, 'started'],
    ['started', { author: 666 }, 'started'],
    ['claimed', { author: 666 }, 'started'],
  ])('%s %j: %s', async (state, given, expected) => {
    addClaim(state, given);
    expect((await start()).state).toBe(expected);
    expect(local.state.runs).toHaveLength(expected === 'started' ? 1 : 0);
  });

  test('the first of two concurrent claims wins, the second is deleted', async () => {
    // The other run adds its claim after both runs found no claim.
    const searched = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
    const list = local.state.runs.filter.bind(local.state.runs);
    local.state.runs.filter = ((...args: Parameters<typeof list>) => {
      addClaim('claimed');
      return list(...args);
    }) as typeof local.state.runs.filter;
    expect((await start()).state).toBe('claimed-by-other-run');
    expect(local.calls.map(({ operation }) => operation)).toContain(searched);
    expect(local.state.comments).toHaveLength(1);
    expect(local.state.runs).toHaveLength(0);
  });

  test('the comment records a success and a failure', async () => {
    await start();
    expect(local.state.comments[0]?.body).toMatch(/deploy\.yml was started \(\[run\]\(http/);
    local.state.comments.length = 0;
    local.state.runs.length = 0;
    await expect(start({ workflow: { file: 'deploy.yml', ref: 'gone' } })).rejects.toThrow('422');
    expect(local.state.comments[0]?.body).toMatch(/was not started: .*No ref found/);
    expect((await start()).state).toBe('started');
  });
});

describe('a dispatch without a response', () => {
  test('finds the run that was started', async () => {
    local.addFault({ on: DISPATCH, when: 'after', answer: 'reset' });
    expect(await start()).toMatchObject({ state: 'started', url: expect.stringMatching(/\d+$/) });
    expect(local.state.runs).toHaveLength(1);
  });

  test('is not repeated when no run was started; the next run starts it', async () => {
    local.addFault({ on: DISPATCH, answer: BAD_GATEWAY });
    await expect(start()).rejects.toThrow('502');
    expect(local.calls.filter(({ operation }) => operation === DISPATCH)).toHaveLength(1);
    expect((await start()).state).toBe('started');
    expect(local.state.runs).toHaveLength(1);
  });

  test('finds its claim instead of adding a second one', async () => {
    local.addFault({ on: COMMENT, when: 'after', answer: 'reset' });
    expect((await start()).state).toBe('started');
    expect(local.state.comments).toHaveLength(1);
  });
});

describe('the ref of the started run', () => {
  test.each([
    ['refs/heads/release', undefined, 'release'],
    ['refs/tags/v1', undefined, 'v1'],
    ['refs/pull/7/merge', undefined, 'main'],
    ['refs/heads/main', 'release', 'release'],
  ])('%s, %s: %s', async (ref, own, branch) => {
    local.state.refs.push('release', 'v1');
    await start({ ref, workflow: { file: 'deploy.yml', ...(own && { ref: own }) } });
    expect(local.state.runs).toMatchObject([{ branch }]);
  });
});

test('without a known start of the outage, starts once per window', async () => {
  const later = async (ms: number) => {
    local.advance(ms);
    // Any response updates the clock of the client.
    await openIncident(github, key, texts);
    return (await start({ issue: undefined, outageStart: undefined })).state;
  };
  expect(await later(0)).toBe('started');
  expect(await later(359 * MINUTE)).toBe('already-started');
  expect(await later(2 * MINUTE)).toBe('started');
});

test('starts before the outage count towards the limit', async () => {
  const run = { workflow: 7, event: 'workflow_dispatch', branch: 'main', inputs: {} };
  for (const ago of [100, 200]) {
    const createdAt = local.state.now() - ago * MINUTE;
    const id = local.state.nextId();
    local.state.runs.push({ ...run, id, createdAt, status: 'completed', conclusion: 'success' });
  }
  expect((await start()).state).toBe('limit-reached');
  expect((await start({ limit: { most: 3, window: 360 * MINUTE } })).state).toBe('started');
});

describe('the limit', () => {
  const HOUR = 60 * MINUTE;
  const NOW = 100 * HOUR;
  const LIMIT = { most: 2, window: 6 * HOUR };
  const stateAfter = (hoursAgo: readonly number[], since = NOW) =>
    findRefusal(
      'deploy.yml',
      hoursAgo.map((ago) => ({ createdAt: NOW - ago * HOUR })),
      LIMIT,
      since,
      NOW,
    )?.state;

  test('allows the first start of an outage', () => {
    expect(stateAfter([])).toBeUndefined();
    expect(stateAfter([7, 8, 9])).toBeUndefined();
    expect(stateAfter([5, 7])).toBeUndefined();
  });

  test('allows one start per outage, however long it lasts', () => {
    expect(stateAfter([1], NOW - HOUR)).toBe('already-started');
    expect(stateAfter([48], NOW - 48 * HOUR)).toBe('already-started');
    expect(stateAfter([2], NOW - HOUR)).toBeUndefined();
  });

  test('includes both ends of the window', () => {
    expect(stateAfter([5, 6])).toBe('limit-reached');
    expect(stateAfter([5, 6.01])).toBeUndefined();
  });
});
