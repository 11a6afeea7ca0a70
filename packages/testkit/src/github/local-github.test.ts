import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BAD_GATEWAY, rateLimited } from './faults.ts';
import { type LocalGitHub, type LocalGitHubOptions, startLocalGitHub } from './local-github.ts';
import { ROUTES } from './routes/routes.ts';

let github: LocalGitHub;
let expected: readonly (string | RegExp)[];
beforeEach(async () => {
  expected = [];
  github = await startLocalGitHub();
});
afterEach(async () => {
  const violations = github.violations;
  const closed = Promise.resolve(github[Symbol.asyncDispose]());
  if (expected.length === 0) await closed;
  else await expect(closed).rejects.toThrow("violates GitHub's description");
  expect(violations).toEqual(expected.map((one) => expect.stringMatching(one)));
});

async function restart(options: LocalGitHubOptions) {
  await github[Symbol.asyncDispose]();
  github = await startLocalGitHub(options);
}

async function call(method: string, path: string, body?: object, token = 'token x') {
  const response = await fetch(`${github.apiUrl}/repos/octo-org/octo-repo${path}`, {
    method,
    headers: { authorization: token },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, data: text && JSON.parse(text) };
}

test('openapi.json contains exactly the served operations in 256 KB', () => {
  const file = new URL('openapi.json', import.meta.url);
  expect(statSync(file).size).toBeLessThanOrEqual(256 * 1_024);
  const { paths } = JSON.parse(readFileSync(file, 'utf8'));
  const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(ROUTES.map(({ operation }) => operation).sort());
});

describe('issues', () => {
  test('are opened, listed by label, commented on and closed', async () => {
    const opened = await call('POST', '/issues', { title: 'T', body: 'B', labels: ['unhealthy'] });
    expect(opened).toMatchObject({ status: 201, data: { number: 1, state: 'open', body: 'B' } });
    await call('POST', '/issues', { title: 'other' });
    expect((await call('GET', '/issues?labels=unhealthy')).data).toMatchObject([{ title: 'T' }]);

    expect((await call('POST', '/issues/1/comments', { body: 'C' })).status).toBe(201);
    const [comment] = (await call('GET', '/issues/1/comments')).data;
    await call('PATCH', `/issues/comments/${comment.id}`, { body: 'D' });
    expect((await call('GET', '/issues/1/comments')).data).toMatchObject([{ body: 'D' }]);

    github.advance(3_600_000);
    const { data } = await call('PATCH', '/issues/1', {
      state: 'closed',
      state_reason: 'completed',
    });
    expect(Date.parse(data.closed_at) - Date.parse(data.created_at)).toBeCloseTo(3_600_000, -4);
    expect((await call('GET', '/issues?labels=unhealthy')).data).toEqual([]);
    expect((await call('GET', '/issues/1')).data).toMatchObject({ state_reason: 'completed' });
  });

  test('are paginated', async () => {
    for (let count = 0; count < 3; count++) await call('POST', '/issues', { title: `${count}` });
    const { data } = await call('GET', '/issues?per_page=2&page=2&direction=asc');
    expect(data).toMatchObject([{ title: '2' }]);
    const { headers } = await call('GET', '/issues?per_page=2&direction=asc');
    const [, next = ''] = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
    const response = await fetch(next, { headers: { authorization: 'token x' } });
    expect(new URL(next).pathname).toBe('/repositories/1/issues');
    expect(await response.json()).toEqual(data);
    expect(response.headers.get('link')).toBeNull();
  });

  test('have unique labels', async () => {
    expect((await call('POST', '/labels', { name: 'unhealthy', color: 'ff0000' })).status).toBe(
      201,
    );
    expect((await call('POST', '/labels', { name: 'unhealthy', color: 'ff0000' })).status).toBe(
      422,
    );
  });
});

describe('workflows', () => {
  beforeEach(() => {
    const { workflows } = github.state;
    workflows.push({ id: 7, file: 'deploy.yml', inputs: { version: { required: true } } });
    workflows.push({ id: 8, file: 'push.yml', inputs: undefined });
  });
  const dispatch = (file: string, body: object) =>
    call('POST', `/actions/workflows/${file}/dispatches`, body);

  test('are dispatched by file name or ID', async () => {
    const inputs = { version: '1' };
    expect((await dispatch('deploy.yml', { ref: 'main', inputs })).status).toBe(204);
    const { status, data } = await dispatch('7', { ref: 'main', inputs, return_run_details: true });
    expect(status).toBe(200);
    const runs = await call('GET', '/actions/workflows/deploy.yml/runs?event=workflow_dispatch');
    expect(runs.data).toMatchObject({
      total_count: 2,
      workflow_runs: [{ id: data.workflow_run_id }, {}],
    });
    const run = await call('GET', `/actions/runs/${data.workflow_run_id}`);
    expect(run.data).toMatchObject({ workflow_id: 7, status: 'queued', html_url: data.html_url });
    expect(github.state.runs[0]?.inputs).toEqual(inputs);
  });

  test('filter runs by time in seconds', async () => {
    await dispatch('7', { ref: 'main', inputs: { version: '1' } });
    const count = async (ms: number) => {
      const time = new Date(github.state.now() + ms).toISOString().replace(/\.\d+/, '');
      const { data } = await call('GET', `/actions/workflows/7/runs?created=>=${time}`);
      return data.total_count;
    };
    expect(await count(-2_000)).toBe(1);
    expect(await count(2_000)).toBe(0);
  });

  test.each([
    ['nothing.yml', { ref: 'main' }, 404, 'Not Found'],
    ['push.yml', { ref: 'main' }, 422, "Workflow does not have 'workflow_dispatch' trigger"],
    ['deploy.yml', { ref: 'gone' }, 422, 'No ref found for: gone'],
    ['deploy.yml', { ref: 'main' }, 422, "Required input 'version' not provided"],
    ['deploy.yml', { ref: 'main', inputs: { x: '1' } }, 422, 'Unexpected inputs provided: ["x"]'],
  ])('%s with %j: %d %s', async (file, body, status, message) => {
    expect(await dispatch(file, body)).toMatchObject({ status, data: { message } });
    expect(github.state.runs).toEqual([]);
  });
});

describe('authorization', () => {
  test('responds 401 without a token', async () => {
    expect((await call('GET', '/issues', undefined, '')).status).toBe(401);
  });

  test('responds 403 and names the missing permission', async () => {
    await restart({ permissions: { issues: 'read' } });
    expect((await call('GET', '/issues')).status).toBe(200);
    const { status, data, headers } = await call('POST', '/issues', { title: 'T' });
    expect(status).toBe(403);
    expect(data.message).toBe('Resource not accessible by integration');
    expect(headers.get('x-accepted-github-permissions')).toBe('issues=write');
    expect(github.state.issues).toEqual([]);
  });

  test('serves an Enterprise Server below /api/v3', async () => {
    await restart({ enterprise: true });
    expect(github.apiUrl).toMatch(/\/api\/v3$/);
    expect((await call('GET', '')).data).toMatchObject({ default_branch: 'main' });
  });
});

describe('faults', () => {
  const on = 'POST /repos/{owner}/{repo}/issues';

  test('skip the operation (before) or lose only the response (after)', async () => {
    github.addFault({ on, answer: rateLimited(3) });
    github.addFault({ on, when: 'after', answer: BAD_GATEWAY });
    const limited = await call('POST', '/issues', { title: '1' });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([403, '3']);
    expect(github.state.issues).toHaveLength(0);
    expect((await call('POST', '/issues', { title: '2' })).status).toBe(502);
    expect(github.state.issues).toHaveLength(1);
    expect((await call('POST', '/issues', { title: '3' })).status).toBe(201);
    expect(github.calls.map(({ status }) => status)).toEqual([403, 502, 201]);
  });

  test('close the connection (reset)', async () => {
    github.addFault({ answer: 'reset' });
    await expect(call('GET', '/issues')).rejects.toThrow('fetch failed');
  });
});

describe("violations of GitHub's description", () => {
  test('include missing, invalid and unknown properties of a body', async () => {
    await call('POST', '/labels', {});
    await call('POST', '/issues', { title: 'T', labels: 'unhealthy' });
    await call('POST', '/issues', { title: 'T', bdoy: 'B' });
    expected = [
      /labels: body must have required property 'name'/,
      /body\/labels must be array/,
      /body has no property bdoy/,
    ];
  });

  test('include unknown and invalid parameters', async () => {
    await call('GET', '/issues?label=unhealthy');
    await call('GET', '/issues?state=opened&per_page=many');
    await call('GET', '/issues/one');
    expected = [
      /unknown query parameter label/,
      /state must be equal/,
      /per_page must be integer/,
      /issue_number must be integer/,
    ];
  });

  test('include unsupported operations', async () => {
    expect((await call('GET', '/nothing')).status).toBe(404);
    expected = ['unsupported operation GET /repos/octo-org/octo-repo/nothing'];
  });

  test('include invalid responses', async () => {
    github.state.labels.push({ id: 1, name: 'unhealthy', color: 'f00', description: '' });
    github.state.issues.push({
      id: 1,
      number: 1,

      body: '',
      stateReason: null,
      labels: ['unhealthy'],
      author: github.state.user,
      createdAt: 0,
      updatedAt: 0,
      closedAt: null,
      state: 'open',
      title: JSON.parse('7'),
    });
    await call('GET', '/issues');
    expected = [/response 200\/0\/title must be string/];
  });
});
