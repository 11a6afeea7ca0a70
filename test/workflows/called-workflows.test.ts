import { json, respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { describe, expect, test } from 'vitest';
import { act, startRunner } from './act.ts';

const SECRETS = {
  WEBHOOK_KEY: 'key-of-the-webhook',
  API_TOKEN: 'token-of-the-service',
  DB_PASSWORD: 'password-of-the-command',
};

/** @param runsOn as JSON or a label, in YAML */
const job = (runsOn: string, url: string, hook: string) => `
    permissions: {contents: read, actions: write, issues: write}
    uses: org/actions/.github/workflows/health-monitor.yml@v1
    with:
      runs-on: ${runsOn}
      environment: production
      timeout-minutes: 5
      deadline: 2s
      max-attempts: 1
      url: ${url}/public
      notify-on: always
      artifact: health-\${{ github.job }}
    secrets:
      notify: webhook=${hook}/hook?key=\${{ secrets.WEBHOOK_KEY }}
      headers: 'Authorization: Bearer \${{ secrets.API_TOKEN }}'
      checks: |
        - name: private
          http: {url: '${url}/private', headers: {X-Token: '\${{ secrets.API_TOKEN }}'}}
        - name: command
          exec: {command: [bash, -c, 'test "$DB_PASSWORD" = password-of-"the"-command && echo "$GREETING"']}
          expect: stdout == 'a=b% c'
      env: |
        DB_PASSWORD=\${{ secrets.DB_PASSWORD }}

        GREETING=a=b% c
`;

describe.skipIf(act.path === undefined)(`a called workflow ${act.needs}`, () => {
  test('runs on labels and in a group, and passes secrets to the action only', async () => {
    await using server = await startHttpServer({ script: json({ status: 'ok' }) });
    await using github = await startLocalGitHub({ repository: 'octo-org/octo-repo' });
    await using runner = await startRunner({
      '.github/workflows/monitor.yml': `
on: workflow_dispatch
permissions: {}
jobs:
  label:${job('self-hosted', server.url, server.url)}
  labels:${job(`'["self-hosted", "ubuntu-latest"]'`, server.url, server.url)}
  group:${job(`'{"group": "large", "labels": ["ubuntu-latest"]}'`, server.url, server.url)}
`,
    });
    const run = await runner.run({
      workflow: 'monitor.yml',
      secrets: SECRETS,
      env: { GITHUB_API_URL: github.apiUrl },
    });
    expect(run.succeeded, run.log).toBe(true);
    expect(Object.keys(run.artifacts).toSorted()).toHaveLength(3);
    const requests = server.requests.map(({ url, headers }) =>
      `${url} ${headers.authorization ?? headers['x-token'] ?? ''}`.trim(),
    );
    const ofOneJob = [
      '/hook?key=key-of-the-webhook',
      '/private token-of-the-service',
      '/public Bearer token-of-the-service',
    ];
    expect(requests.toSorted()).toEqual(ofOneJob.flatMap((request) => [request, request, request]));
    for (const secret of [...Object.values(SECRETS), 'a=b% c']) {
      expect(run.log).not.toContain(secret);
    }
  });

  test('fails before the checks if env has a line without a name', async () => {
    await using server = await startHttpServer({ script: respond(204) });
    await using runner = await startRunner({
      '.github/workflows/monitor.yml': `
on: workflow_dispatch
permissions: {}
jobs:
  monitor:
    permissions: {contents: read, actions: write, issues: write}
    uses: org/actions/.github/workflows/health-monitor.yml@v1
    with: {url: '${server.url}'}
    secrets:
      env: "TOKEN: secret-without-a-name"
`,
    });
    const run = await runner.run({ workflow: 'monitor.yml' });
    expect(run.succeeded, run.log).toBe(false);
    expect(run.log).toContain('a line is not NAME=value');
    expect(run.log).not.toContain('secret-without-a-name');
    expect(server.requests).toEqual([]);
  });
});
