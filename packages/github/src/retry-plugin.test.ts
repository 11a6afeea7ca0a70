import { fakeClock } from '@repo/testkit/clock';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { BAD_GATEWAY, rateLimited } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOnce } from './create-once.ts';
import { GitHubError } from './github-error.ts';
import { createIssue, findOpenIssues } from './issues/issues.ts';
import type { GitHubSettings } from './settings.ts';
import { connected } from './testing/connected.ts';

let local: LocalGitHub;
let clock: ReturnType<typeof fakeClock>;
beforeEach(() => start());
afterEach(() => local[Symbol.asyncDispose]());

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub(options);
  clock = fakeClock();
}

const connect = (given: Partial<GitHubSettings> = {}) => connected(local, { clock, ...given });

const issue = { title: 'T', body: 'the-marker', labels: ['ill'] };
const CREATE = 'POST /repos/{owner}/{repo}/issues';
const LIST = 'GET /repos/{owner}/{repo}/issues';
const find = { label: 'ill', marker: 'the-marker' };

describe('retries', () => {
  test('retries a GET after server errors and broken connections', async () => {
    local.addFault({ on: LIST, answer: BAD_GATEWAY });
    local.addFault({ on: LIST, answer: 'reset' });
    expect(await findOpenIssues(await connect(), find)).toEqual([]);
    expect(local.calls).toHaveLength(3);
    expect(clock.slept).toHaveLength(2);
  });

  test('a POST waits for a rate limit, but is not retried after a server error', async () => {
    local.addFault({ on: CREATE, answer: rateLimited(30) });
    const github = await connect();
    await createIssue(github, issue);
    expect(clock.slept).toEqual([30_000]);
    local.addFault({ on: CREATE, when: 'after', answer: BAD_GATEWAY });
    await expect(createIssue(github, issue)).rejects.toMatchObject({ isUncertain: true });
    expect(local.state.issues).toHaveLength(2);
  });

  test('createOnce finds what was created without a response', async () => {
    const github = await connect();
    const once = () =>
      createOnce(
        () => createIssue(github, issue),
        async () => (await findOpenIssues(github, find))[0],
      );
    local.addFault({ on: CREATE, when: 'after', answer: 'reset' });
    expect(await once()).toMatchObject({ number: 1 });
    expect(local.state.issues).toHaveLength(1);

    local.state.issues.length = 0;
    local.addFault({ on: CREATE, answer: BAD_GATEWAY });
    expect(await once()).toMatchObject({ number: 1 });
    expect(local.state.issues).toHaveLength(1);
  });

  test('createOnce passes a rejection on', async () => {
    local.addFault({ on: CREATE, answer: { status: 410, body: { message: 'Issues are off' } } });
    const github = await connect();
    const once = createOnce(
      () => createIssue(github, issue),
      () => Promise.reject(new Error('looked')),
    );
    await expect(once).rejects.toThrow('410: Issues are off');
  });

  test('an abort ends the wait with its reason', async () => {
    const controller = new AbortController();
    const github = await connect({
      signal: controller.signal,
      clock: {
        ...clock,
        sleep: (ms, signal) => {
          controller.abort(new Error('cancelled by a person'));
          return clock.sleep(ms, signal);
        },
      },
    });
    local.addFault({ times: 9, answer: BAD_GATEWAY });
    await expect(findOpenIssues(github, find)).rejects.toThrow('cancelled by a person');
    expect(local.calls).toHaveLength(1);
  });
});

describe('the debug log', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
  });
  const connectLogged = () => connect({ log: { debug: (text) => lines.push(String(text)) } });

  test('has each attempt with its status, and each wait', async () => {
    local.addFault({ on: LIST, answer: rateLimited(30) });
    local.addFault({ on: LIST, answer: 'reset' });
    await findOpenIssues(await connectLogged(), find);
    const requestLine = (result: string) =>
      expect.stringMatching(
        new RegExp(`^GitHub: GET /repos/octo-org/octo-repo/issues → ${result} \\(\\S+\\)$`),
      );
    expect(lines).toEqual([
      requestLine('403 .*rate limit.*'),
      'GitHub: attempt 2 of 4 in 30s',
      requestLine('no response'),
      expect.stringMatching(/^GitHub: attempt 3 of 4 in \S+$/),
      requestLine('200'),
    ]);
  });

  test('has no token, no header and no body', async () => {
    await createIssue(await connectLogged(), { ...issue, body: 'the-body' });
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toMatch(/a-token|authorization|the-body/);
  });
});

describe('a request without a response', () => {
  const hang = { on: LIST, answer: 'hang' } as const;
  const arrived = () => vi.waitFor(() => expect(local.calls).not.toEqual([]));

  test('ends when the run is cancelled', async () => {
    local.addFault(hang);
    const controller = new AbortController();
    const github = await connect({ signal: controller.signal });
    const found = expect(findOpenIssues(github, find)).rejects.toThrow('cancelled by a person');
    await arrived();
    controller.abort(new Error('cancelled by a person'));
    await found;
  });

  test('times out and is retried', async () => {
    local.addFault(hang);
    const limit = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(limit.signal);
    const found = findOpenIssues(await connect(), find);
    await arrived();
    limit.abort(new DOMException('timeout', 'TimeoutError'));
    expect(await found).toEqual([]);
    expect(local.calls).toHaveLength(2);
  });
});

describe('errors have a remedy', () => {
  const failure = async (settings: Partial<GitHubSettings> = {}) => {
    const github = await connect(settings);
    return findOpenIssues(github, find).then(
      () => undefined,
      (error: unknown) => error,
    );
  };

  test('a permission', async () => {
    await local[Symbol.asyncDispose]();
    await start({ permissions: { contents: 'write' } });
    const message = expect.stringContaining('403: Resource not accessible by integration');
    const [write, read] = [await failure(), await failure({ access: 'read' })];
    expect(write).toMatchObject({ message, remedy: 'Give the job permissions: issues: write.' });
    expect(read).toMatchObject({ message, remedy: 'Give the job permissions: issues: read.' });
  });

  test.each([
    [{ status: 401, body: { message: 'Bad credentials' } }, /401: Bad credentials/, /github-token/],
    [{ status: 404, body: { message: 'Not Found' } }, /404: Not Found/, /exists.*issues: write/],
    [{ status: 403, body: { message: 'Blocked' } }, /403: Blocked/, /rules of the repository/],
    [
      { status: 422, body: { message: 'No', errors: [{ message: 'a' }, 'b', { code: 'c' }] } },
      /No; a; b; {"code":"c"}/,
      /response/,
    ],
    [{ status: 301, headers: { location: 'http://127.0.0.1:9/' } }, /moved/, /renamed/],
    [{ status: 503, body: 'no JSON' }, /503: no reason given/, /githubstatus/],
    [rateLimited(120), /secondary rate limit/, /resets in 2m/],
  ])('%j', async (answer, message, remedy) => {
    local.addFault({ times: 9, answer });
    const error = await failure();
    expect(error).toBeInstanceOf(GitHubError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('an operation or a server of GitHub Enterprise', async () => {
    await local[Symbol.asyncDispose]();
    await start({ enterprise: true });
    local.addFault({ answer: { status: 404, body: { message: 'Not Found' } } });
    expect(await failure()).toMatchObject({
      remedy:
        'Check that it exists and that the token can read it (permissions: issues: write). An older GitHub Enterprise Server may not have this API.',
    });
    const apiUrl = `https://127.0.0.1:${await closedPort()}/api/v3`;
    expect(await failure({ apiUrl })).toMatchObject({
      remedy:
        'Check that the runner can reach the GitHub API (GITHUB_API_URL, HTTPS_PROXY) and trusts its certificate (NODE_EXTRA_CA_CERTS).',
    });
  });

  test('an unreachable server', async () => {
    const apiUrl = `http://127.0.0.1:${await closedPort()}`;
    const error = await failure({ apiUrl });
    expect(error).toMatchObject({
      message: 'GitHub did not respond to GET /repos/octo-org/octo-repo/issues',
      status: undefined,
      isUncertain: true,
    });
  });
});
