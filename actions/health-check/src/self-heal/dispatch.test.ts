import { connectGitHub } from '@repo/github/connect';
import type { GitHub } from '@repo/github/github';
import type { Issue } from '@repo/github/issues/issue';
import { hiddenMarker } from '@repo/github/marker';
import { fakeClock } from '@repo/testkit/clock';
import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Start, startWorkflow } from './dispatch.ts';
import { openIncident } from './incident.ts';

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
    ...{ token: 't', apiUrl: local.apiUrl, repository: 'octo-org/octo-repo', access: 'write' },
    ...{ signal, clock, proxy: {} },
  });
  ({ issue } = await openIncident(github, texts));
});
afterEach(() => local[Symbol.asyncDispose]());

const texts = { marker: '<!-- m -->', title: 'T', body: '<!-- m -->\nB' };

function start(given: Partial<Start> = {}) {
  return startWorkflow(github, {
    workflow: { file: 'deploy.yml' },
    inputs: {},
    limit: { most: 2, window: 360 * MINUTE },
    issue,
    since: issue.createdAt,
    ref: 'refs/heads/main',
    run: '1-1',
    clock,
    signal,
    ...given,
  });
}

/** A comment of another run. */
function note(state: string, given: { readonly ago?: number; readonly author?: number } = {}) {
  const { ago = 0, author = local.state.user.id } = given;
  const createdAt = local.state.now() - ago;
  local.state.comments.push({
    ...{ id: local.state.nextId(), issue: issue.number, createdAt, updatedAt: createdAt },
    body: hiddenMarker('health-check-heal', { state, run: '2-1' }),
    author: { ...local.state.user, id: author },
  });
}

describe('what other runs wrote on the issue', () => {
  test.each([
    ['started', { ago: 300 * MINUTE }, 'already'],
    ['claimed', { ago: 9 * MINUTE }, 'elsewhere'],
    ['claimed', { ago: 11 * MINUTE }, 'started'],
    ['failed', {}, 'started'],
    ['started', { author: 666 }, 'started'],
    ['claimed', { author: 666 }, 'started'],
  ])('%s %j: %s', async (state, given, expected) => {
    note(state, given);
    expect((await start()).state).toBe(expected);
    expect(local.state.runs).toHaveLength(expected === 'started' ? 1 : 0);
  });

  test('of two that claim at once the first starts it, the other takes its word back', async () => {
    // Both have looked and found nothing; then the other one is faster.
    const looked = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
    const list = local.state.runs.filter.bind(local.state.runs);
    local.state.runs.filter = ((...args: Parameters<typeof list>) => {
      note('claimed');
      return list(...args);
    }) as typeof local.state.runs.filter;
    expect((await start()).state).toBe('elsewhere');
    expect(local.calls.map(({ operation }) => operation)).toContain(looked);
    expect(local.state.comments).toHaveLength(1);
    expect(local.state.runs).toHaveLength(0);
  });

  test('what was started is told there, what was not as well', async () => {
    await start();
    expect(local.state.comments[0]?.body).toMatch(/deploy\.yml is started \(\[run\]\(http/);
    local.state.comments.length = 0;
    local.state.runs.length = 0;
    await expect(start({ workflow: { file: 'deploy.yml', ref: 'gone' } })).rejects.toThrow('422');
    expect(local.state.comments[0]?.body).toMatch(/is not started: .*No ref found/);
    expect((await start()).state).toBe('started');
  });
});

describe('a start without an answer', () => {
  test('that was made is found', async () => {
    local.addFault({ on: DISPATCH, when: 'after', answer: 'reset' });
    expect(await start()).toMatchObject({ state: 'started', url: expect.stringMatching(/\d+$/) });
    expect(local.state.runs).toHaveLength(1);
  });

  test('that was not made is not repeated; the next run does it', async () => {
    local.addFault({ on: DISPATCH, answer: BAD_GATEWAY });
    await expect(start()).rejects.toThrow('502');
    expect(local.calls.filter(({ operation }) => operation === DISPATCH)).toHaveLength(1);
    expect((await start()).state).toBe('started');
    expect(local.state.runs).toHaveLength(1);
  });

  test('a claim without an answer is found, not made again', async () => {
    local.addFault({ on: COMMENT, when: 'after', answer: 'reset' });
    expect((await start()).state).toBe('started');
    expect(local.state.comments).toHaveLength(1);
  });
});

describe('what it is started on', () => {
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

test('where nobody knows when the outage began, once in the window', async () => {
  const later = async (ms: number) => {
    local.advance(ms);
    // Any answer tells how late it is there.
    await openIncident(github, texts);
    return (await start({ issue: undefined, since: undefined })).state;
  };
  expect(await later(0)).toBe('started');
  expect(await later(359 * MINUTE)).toBe('already');
  expect(await later(2 * MINUTE)).toBe('started');
});

test('starts of before the outage count to the limit', async () => {
  const run = { workflow: 7, event: 'workflow_dispatch', branch: 'main', inputs: {} };
  for (const ago of [100, 200]) {
    const createdAt = local.state.now() - ago * MINUTE;
    const id = local.state.nextId();
    local.state.runs.push({ ...run, id, createdAt, status: 'completed', conclusion: 'success' });
  }
  expect((await start()).state).toBe('limit');
  expect((await start({ limit: { most: 3, window: 360 * MINUTE } })).state).toBe('started');
});

test('a token that may not label leaves no issue that nobody finds again', async () => {
  const answer = { status: 403, body: { message: 'Resource not accessible by integration' } };
  local.addFault({ on: 'POST /repos/{owner}/{repo}/labels', answer });
  const other = { ...texts, marker: '<!-- other -->' };
  await expect(openIncident(github, other)).rejects.toThrow('403');
  expect(local.state.issues).toHaveLength(1);
});

test('two issues of one incident: the lower number stays', async () => {
  const { issues } = local.state;
  const [first] = issues;
  if (first === undefined) throw new Error('no issue');
  issues.length = 0;
  // It appears after this run has looked.
  local.addFault({ on: 'GET /repos/{owner}/{repo}/issues', answer: { status: 200, body: [] } });
  issues.push(first);
  expect(await openIncident(github, texts)).toMatchObject({ isNew: false, issue: { number: 1 } });
  expect(issues.map(({ state, stateReason }) => [state, stateReason])).toEqual([
    ['open', null],
    ['closed', 'not_planned'],
  ]);
});
