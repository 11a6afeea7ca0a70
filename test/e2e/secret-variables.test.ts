import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { sha, startSite } from './rollback/site.ts';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const workflow = new URL('../../.github/workflows/health-monitor.yml', import.meta.url);
const VALUES = { DEPLOY_TOKEN: 'tok=s3cr3t-1 "x"', VAULT_TOKEN: 's3cr3t-2/%+', EMPTY: '' };
const ECHO =
  'for (const name of ["DEPLOY_TOKEN", "VAULT_TOKEN"]) console.log("got", process.env[name], name); process.exit(1)';

interface Step {
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

/** Runs the script of the called workflows for the secret `env`; returns what it sets. */
function setVariables(lines: string, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'secret-variables-'));
  const file = join(folder, 'env');
  writeFileSync(file, '');
  const jobs: readonly { steps: readonly Step[] }[] = Object.values(
    parse(readFileSync(workflow, 'utf8')).jobs,
  );
  const script = jobs.flatMap(({ steps }) => steps).find((step) => step.env?.VARIABLES)?.run ?? '';
  try {
    execFileSync('bash', ['-e', '-c', script], {
      env: { PATH: process.env.PATH, ...env, GITHUB_ENV: file, VARIABLES: lines },
    });
    const set = readFileSync(file, 'utf8').trimEnd().split('\n');
    return Object.fromEntries(set.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const env = setVariables(
  Object.entries(VALUES)
    .map((entry) => entry.join('='))
    .join('\n'),
);

async function withHook(run: (notify: Record<string, string>) => Promise<RunResult>) {
  await using hook = await startHttpServer({ script: respond(204) });
  await using result = await run({ notify: `webhook=${hook.url}/hook`, 'notify-on': 'always' });
  expect(hook.requests).toHaveLength(1);
  const written = [everythingWritten(result), ...hook.requests.map(({ body }) => body)].join('\n');
  expect(written).toContain('got ***');
  expect(written).not.toContain('s3cr3t');
  return result;
}

test('health-check redacts the secret env of a called workflow', async () => {
  expect(env).toMatchObject(VALUES);
  const result = await withHook((notify) =>
    runAction({
      action,
      env,
      with: {
        checks: JSON.stringify([
          {
            name: 'deploy',
            exec: { command: [process.execPath, '-e', ECHO] },
            expect: 'stdout == "good"',
          },
        ]),
        'max-attempts': '1',
        ...notify,
      },
    }),
  );
  expect(result.outputs.status).toBe('unhealthy');
});

test('deploy-rollback redacts the secret env of a called workflow', async () => {
  await using site = await startSite();
  site.deploy(sha('a'));
  await site.release(sha('b'));
  await site.release(sha('f'), 'none');
  writeFileSync(join(site.workspace, 'echo.cjs'), ECHO);
  await withHook((notify) =>
    site.run(sha('f'), { 'verify-command': `${process.execPath} echo.cjs`, ...notify }, { env }),
  );
});

test('the script keeps variables that are already secret', () => {
  expect(setVariables('TWO=2', { SECRET_VARIABLES: 'ONE' }).SECRET_VARIABLES).toBe('ONE,TWO');
});
