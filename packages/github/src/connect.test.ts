import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeClock } from '@repo/testkit/clock';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { BAD_GATEWAY, rateLimited } from '@repo/testkit/github/faults';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectGitHub } from './connect.ts';
import { createOnce } from './create-once.ts';
import { GitHubError } from './github-error.ts';
import { ensureLabel } from './incidents/incidents.ts';
import { createIssue, findOpenIssues } from './issues/issues.ts';
import type { GitHubSettings } from './settings.ts';

let local: LocalGitHub;
let clock: ReturnType<typeof fakeClock>;
beforeEach(() => start());
afterEach(() => local[Symbol.asyncDispose]());

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub(options);
  clock = fakeClock();
}

function connect(given: Partial<GitHubSettings> = {}) {
  return connectGitHub({
    token: 'a-token',
    apiUrl: local.apiUrl,
    repository: 'octo-org/octo-repo',
    access: 'write',
    signal: new AbortController().signal,
    clock,
    proxy: {},
    ...given,
  });
}

const issue = { title: 'T', body: 'the-marker', labels: ['ill'] };
const CREATE = 'POST /repos/{owner}/{repo}/issues';
const LIST = 'GET /repos/{owner}/{repo}/issues';
const find = { label: 'ill', marker: 'the-marker' };

describe('requests', () => {
  test('send the token, also below /api/v3', async () => {
    for (const enterprise of [false, true]) {
      await local[Symbol.asyncDispose]();
      await start({ enterprise });
      const github = await connect();
      expect(await createIssue(github, issue)).toMatchObject({ number: 1, body: 'the-marker' });
      expect(github.isEnterpriseServer).toBe(enterprise);
    }
  });

  test("GitHub's clock is read off its answers", async () => {
    const github = await connect();
    expect(github.now()).toBe(clock.now());
    local.advance(3_600_000);
    await createIssue(github, issue);
    expect(Math.abs(github.now() - local.state.now())).toBeLessThan(2_000);
  });

  test('reads a list page by page, and finds only an issue with marker and label', async () => {
    const github = await connect();
    const now = local.state.now();
    for (let number = 1; number <= 250; number++) {
      local.state.issues.push({
        ...{ id: number, number, title: 'T', state: 'open', stateReason: null, closedAt: null },
        body: [17, 18, 240].includes(number) ? 'has the-marker' : 'nothing',
        isPullRequest: number === 18,
        labels: number === 17 ? [] : ['ill'],
        ...{ author: local.state.user, createdAt: now, updatedAt: now },
      });
    }
    expect((await findOpenIssues(github, find)).map(({ number }) => number)).toEqual([240]);
    expect(local.calls).toHaveLength(3);
  });

  test('accepts an existing label, and rejects a missing permission', async () => {
    const label = { name: 'ill', color: 'ff0000', description: '' };
    await ensureLabel(await connect(), label);
    await ensureLabel(await connect(), label);
    await local[Symbol.asyncDispose]();
    await start({ permissions: {} });
    await expect(ensureLabel(await connect(), label)).rejects.toThrow(GitHubError);
  });
});

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

  test('an unreachable server', async () => {
    const apiUrl = `http://127.0.0.1:${await closedPort()}`;
    const error = await failure({ apiUrl });
    expect(error).toMatchObject({
      message: 'GitHub did not respond to GET /repos/octo-org/octo-repo/issues',
      status: undefined,
      isUncertain: true,
    });
  });

  test.each([
    [{ repository: '' }, 'the GitHub repository is unknown'],
    [{ token: '' }, 'github-token is missing'],
  ])('%j', async (settings, message) => {
    await expect(connect(settings)).rejects.toThrow(message);
  });
});

test('uses the proxy of the environment', async () => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { undo, github } = await withProxy(HTTP_PROXY);
  try {
    await findOpenIssues(github, find).catch(() => {});
    expect(asked.join()).toContain('github.test');
  } finally {
    undo();
    proxy.close();
  }
});

/** The proxy is that of the whole process: it has to be taken back for the other tests. */
async function withProxy(HTTP_PROXY: string) {
  const http = await import('node:http');
  const github = await connect({ apiUrl: 'http://github.test', proxy: { HTTP_PROXY } });
  return { github, undo: () => http.setGlobalProxyFromEnv({})() };
}
