import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { bundlePlatform } from '@repo/testkit/runner/windows-lane';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readJournal, readStateLines, type Site, sha, startSite } from './rollback/site.ts';

const action = fileURLToPath(new URL('../../actions/deploy-rollback', import.meta.url));
const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const isReport = ajv.compile(
  JSON.parse(readFileSync(join(action, 'report.schema.json'), 'utf8')) as object,
);

/** The JSON report, validated by its schema. */
async function reportOf({ outputs }: { readonly outputs: Readonly<Record<string, string>> }) {
  const report = JSON.parse(await readFile(outputs['report-file'] ?? '', 'utf8'));
  expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  return report.result;
}

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site[Symbol.asyncDispose]());

describe('a bad deploy', () => {
  beforeEach(async () => {
    site.deploy(A);
    await site.release(B);
    await site.release(BAD, 'none');
  });

  test('restores and verifies the last good release', async () => {
    await using result = await site.run(BAD, {
      reason: 'status 500',
      'verify-url': site.url,
      'expect-identity': 'version={sha}',
    });
    expect(result.exitCode, result.log).toBe(1);
    expect(result.outputs).toMatchObject({
      verdict: 'fail',
      result: 'rolled-back',
      message: 'Rolled back from fffffff to bbbbbbb, verified',
      from: BAD,
      to: B,
      attempts: '1',
      'rollbacks-in-window': '1',
    });
    expect(Number(result.outputs['time-to-recover-ms'])).toBeGreaterThan(0);
    expect(site.runs()).toBe('bb');
    expect(result.summary).toContain('⏪ **Rolled back from fffffff to bbbbbbb, verified.**');
    expect(result.summary).toContain('version is bbbbbbbb');
    const report = await reportOf(result);
    expect(report.attempts[0].checks.map(({ ok }: { ok: boolean }) => ok)).toEqual([
      true,
      true,
      true,
    ]);
    expect(readStateLines(site, 'ledger.jsonl').map(({ event }) => event)).toEqual([
      'opened',
      'marked',
      'opened',
      'marked',
      'rolled-back',
    ]);
  });

  test('does not roll back a deploy that never started', async () => {
    await using good = await site.run(BAD, { mode: 'mark', mark: 'good' });
    expect(good.exitCode, good.log).toBe(0);
    const before = site.runs();
    await using result = await site.run(C, { reason: 'checkout failed' });
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ result: 'no-target', verdict: 'fail', from: C });
    expect(result.log).toMatch(/the deploy of ccccccc never started.*nothing was changed/);
    expect(site.runs()).toBe(before);
    await using check = await site.run(C, { mode: 'check' });
    expect(check.exitCode, check.log).toBe(0);
  });

  test('fail-after-rollback: false makes it a warning', async () => {
    await using result = await site.run(BAD, { 'fail-after-rollback': 'false' });
    expect(result).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'warn', result: 'rolled-back' },
    });
  });

  test('freezes the environment until mode: unfreeze', async () => {
    await using rolledBack = await site.run(BAD, {});
    expect(rolledBack.outputs.result).toBe('rolled-back');
    await using held = await site.run(C, { mode: 'check', strategies: '' });
    expect(held).toMatchObject({ exitCode: 1, outputs: { result: 'frozen', verdict: 'fail' } });
    expect(held.outputs.message).toMatch(
      /^production is frozen since .*: Rolled back from fffffff/,
    );
    await using refused = await site.run(C, { mode: 'snapshot' });
    expect(refused.outputs.result).toBe('frozen');
    await using freed = await site.run(C, { mode: 'unfreeze', strategies: '' });
    expect(freed).toMatchObject({ exitCode: 0, outputs: { result: 'done' } });
    await using free = await site.run(C, { mode: 'check', strategies: '' });
    expect(free).toMatchObject({ exitCode: 0, outputs: { result: 'done', to: B } });
  });

  test('freeze: false does not freeze the environment', async () => {
    await using result = await site.run(BAD, { freeze: 'false' });
    expect(result.outputs.result).toBe('rolled-back');
    await using free = await site.run(C, { mode: 'check', strategies: '' });
    expect(free.exitCode).toBe(0);
  });

  test('mode: resolve and dry-run change nothing', async () => {
    for (const inputs of [{ mode: 'resolve' }, { 'dry-run': 'true' }]) {
      await using result = await site.run(BAD, inputs);
      expect(result, result.log).toMatchObject({
        exitCode: 0,
        outputs: { result: 'dry-run', to: B },
      });
      const plan = JSON.parse(result.outputs.plan ?? '');
      expect(plan.steps).toHaveLength(2);
      expect(plan.skipped).toEqual(
        [
          expect.objectContaining({ revision: BAD, reason: 'is the bad release' }),
          expect.objectContaining({ revision: '' }),
        ].slice(0, plan.skipped.length),
      );
      await reportOf(result);
    }
    expect(site.runs()).toBe('ff');
    expect(readJournal(site)).toEqual([]);
  });

  test('snapshots are private, and a damaged one is not used', async () => {
    const root = join(site.state, 'production', 'snapshots');
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const { parentPath, name } of files) {
      // Windows has no such permissions.
      if (bundlePlatform() !== 'win32') {
        expect(statSync(join(parentPath, name)).mode & 0o777, name).toBe(0o600);
      }
      if (name === 'files.tar') await writeFile(join(parentPath, name), 'damaged');
    }
    await using result = await site.run(BAD, {});
    expect(result).toMatchObject({ exitCode: 1, outputs: { result: 'no-target', to: '' } });
    expect(result.outputs.message).toMatch(
      /files\.tar has 7 bytes instead of \d+; nothing was changed/,
    );
    expect(site.runs()).toBe('ff');
  });

  test('finds no target on a new machine', async () => {
    await rm(join(site.state, 'production', 'snapshots'), { recursive: true });
    await using result = await site.run(BAD, {});
    expect(result).toMatchObject({ exitCode: 1, outputs: { result: 'no-target' } });
    expect(result.outputs.message).toContain('nothing was changed');
  });

  test('marks an unhealthy release bad, tries the next one and reports both', async () => {
    site.isHealthy = (revision) => revision === A;
    await using result = await site.run(BAD, {
      'verify-checks': `- name: site\n  http: {url: ${site.url}, status: 200}`,
    });
    expect(result.outputs, result.log).toMatchObject({
      result: 'rolled-back',
      to: '',
      attempts: '2',
    });
    expect(site.runs()).toBe('aa');
    expect(readStateLines(site, 'ledger.jsonl')).toContainEqual(
      expect.objectContaining({
        event: 'marked',
        mark: 'bad',
        reason: expect.stringContaining('site: status 500'),
      }),
    );
    expect(result.summary).toContain('Attempt 2');
  });

  test('restores the previous state and freezes if all releases are unhealthy', async () => {
    site.isHealthy = () => false;
    await using result = await site.run(BAD, { 'verify-url': site.url });
    expect(result).toMatchObject({
      exitCode: 1,
      outputs: { result: 'failed', to: BAD, attempts: '2' },
    });
    expect(result.outputs.message).toContain(
      'restored fffffff, the release from before the rollback',
    );
    expect(site.runs()).toBe('ff');
    await reportOf(result);
    await using held = await site.run(C, { mode: 'check', strategies: '', freeze: 'false' });
    expect(held.outputs.result).toBe('frozen');
  });

  test('runs a verify-command without a shell', async () => {
    const script = join(site.root, 'verify.mjs');
    await writeFile(
      script,
      `import { readFileSync } from 'node:fs';
       const { ROLLBACK_TO: to, ROLLBACK_FROM: from, ROLLBACK_ENVIRONMENT: where } = process.env;
       const ok = readFileSync('version.txt', 'utf8') === to && from.startsWith('fff') && where === 'production';
       process.exit(ok ? 0 : 3);`,
    );
    await using result = await site.run(BAD, {
      'verify-command': `node ${script} "; exit 9"`,
      'verify-deadline': '1m',
    });
    expect(result.outputs.result, result.log).toBe('rolled-back');
  });
});

describe('concurrent runs', () => {
  test('one rolls back, the other reports the owner of the lock', async () => {
    site.deploy(A);
    await site.release(B);
    await site.release(BAD, 'none');
    const once = () =>
      site.run(
        BAD,
        { 'verify-url': site.url, 'lock-timeout': '0s' },
        { github: { run_id: '4711' } },
      );
    const [one, other] = await Promise.all([once(), once()]);
    await using _ = one;
    await using __ = other;
    const results = [one.outputs.result, other.outputs.result].toSorted();
    // A run that starts after the first has ended has nothing to do.
    expect([
      ['locked', 'rolled-back'],
      ['noop', 'rolled-back'],
    ]).toContainEqual(results);
    expect(site.runs()).toBe('bb');
    expect(
      readStateLines(site, 'ledger.jsonl').filter(({ event }) => event === 'rolled-back'),
    ).toHaveLength(1);
  });

  test('wait for the lock, and report its owner', async () => {
    site.deploy(A);
    await site.release(B);
    await site.release(BAD, 'none');
    site.isHealthy = () => false;
    const slow = site.run(
      BAD,
      { 'verify-url': site.url, 'verify-deadline': '1m', 'max-attempts': '1' },
      { github: { run_id: '4711' } },
    );
    while (readJournal(site).length === 0) await new Promise(setImmediate);
    await using locked = await site.run(BAD, { 'lock-timeout': '300ms' });
    expect(locked).toMatchObject({ exitCode: 1, outputs: { result: 'locked' } });
    expect(locked.outputs.message).toMatch(
      /^the environment is locked by run 4711 \(attempt 1, job build\), which has held the lock for/,
    );
    expect(locked.log).toMatch(/Waiting at most \S+ for run 4711/);
    site.isHealthy = () => true;
    await using first = await slow;
    expect(first.outputs.result).toBe('rolled-back');
  });
});

describe('loops and newer deploys', () => {
  test('does not undo a newer deploy', async () => {
    site.deploy(A);
    await site.release(B);
    await site.release(BAD, 'none');
    await site.release(C);
    await using result = await site.run(BAD, {});
    expect(result).toMatchObject({
      exitCode: 0,
      outputs: {
        verdict: 'warn',
        result: 'superseded',
        to: C,
        message: 'ccccccc was deployed after fffffff',
      },
    });
    expect(site.runs()).toBe('cc');
  });

  test('the loop guard stops the third rollback in the window', async () => {
    site.deploy(A);
    await site.release(B);
    const limit = { 'max-rollbacks': '2 per 60m', freeze: 'false' };
    const seen: (string | undefined)[] = [];
    for (const digit of ['1', '2', '3']) {
      await site.release(sha(digit), 'none');
      await using result = await site.run(sha(digit), limit);
      seen.push(result.outputs.result);
    }
    expect(seen).toEqual(['rolled-back', 'rolled-back', 'loop-guard']);
    expect(site.runs()).toBe('33');
    await using forced = await site.run(sha('3'), { ...limit, target: B });
    expect(forced.outputs, forced.log).toMatchObject({ result: 'rolled-back', to: B });
  });
});

describe('mode: guard', () => {
  const guard = { mode: 'guard' };
  beforeEach(async () => {
    site.deploy(A);
    await site.release(B);
  });

  test.each(['failure', 'cancelled'] as const)(
    'rolls back at the end of a job with %s',
    async (status) => {
      await using result = await site.run(BAD, guard, {
        laterSteps: () => {
          site.deploy(BAD);
          return status;
        },
      });
      expect(result).toMatchObject({ exitCode: 0, outputs: { result: 'done', to: B } });
      expect(result.post, result.post?.log).toMatchObject({
        exitCode: 1,
        outputs: { result: 'rolled-back', from: BAD, to: B },
      });
      expect(site.runs()).toBe('bb');
    },
  );

  test('marks the release good at the end of a successful job', async () => {
    await using result = await site.run(C, guard, {
      laterSteps: () => {
        site.deploy(C);
        return 'success';
      },
    });
    expect(result.post).toMatchObject({ exitCode: 0, outputs: { result: 'done', to: C } });
    expect(result.post?.outputs.message).toBe('ccccccc is now marked good in production');
    await using check = await site.run(C, { mode: 'check', strategies: '' });
    expect(check.outputs.to).toBe(C);
  });

  test('does not roll back without a snapshot', async () => {
    await using result = await site.run(BAD, {
      ...guard,
      strategies: '- command: {capture: ["false"], apply: ["true"]}',
    });
    expect(result.exitCode).toBe(1);
    expect(result.post).toMatchObject({ exitCode: 0, outputs: {} });
  });
});

test('runs the first example of the README', async () => {
  const readme = await readFile(join(action, 'README.md'), 'utf8');
  const [, yaml = ''] = /<!-- example:guard -->\n```yaml\n(.*?)```/s.exec(readme) ?? [];
  const [, guard] = parse(yaml.replaceAll('/srv/app', site.workspace)).jobs.deploy.steps;
  const files = ['.env', 'config.toml'].map((name) => join(site.workspace, name));
  for (const file of files) await writeFile(file, 'good');
  await using result = await runAction({
    action,
    cwd: site.workspace,
    with: { ...guard.with, 'state-dir': site.state },
    github: { sha: BAD },
    laterSteps: async () => {
      for (const file of files) await writeFile(file, 'bad');
      return 'failure' as const;
    },
  });
  expect(result.exitCode, result.log).toBe(0);
  expect(result.post?.outputs, result.post?.log).toMatchObject({
    result: 'rolled-back',
    from: BAD,
  });
  for (const file of files) expect(await readFile(file, 'utf8')).toBe('good');
});

describe('invalid inputs are reported, and nothing is changed', () => {
  test.each([
    [
      'an environment with a path',
      { environment: '../staging' },
      /environment: "\.\.\/staging" is not a valid name of an environment/,
    ],
    [
      'an environment that is not listed',
      { environment: 'prod', environments: 'staging\nproduction' },
      /environment: "prod" is not in environments\. Use staging or production/,
    ],
    ['no strategies', { strategies: '' }, /strategies: is required with mode: rollback/],
    [
      'an unknown strategy',
      { strategies: '- rsync: {}' },
      /strategies:1:3: .*does not name a known strategy among its keys [a-z]+\. Write one of /,
    ],
    ['an unknown option', { strategies: '- files:\n    path: .env' }, /strategies:2:5/],
    ['a map instead of a list', { strategies: 'files: .env' }, /strategies:1:1/],
    [
      'a strategy twice',
      { strategies: '- files: {paths: [a]}\n- files: {paths: [a]}' },
      /is a duplicate/,
    ],
    [
      'an incomplete SHA',
      { 'bad-release': 'abcdef1' },
      /bad-release: "abcdef1" is not a complete commit SHA/,
    ],
    [
      'an invalid limit',
      { 'max-rollbacks': '3' },
      /max-rollbacks: "3" is not a number per time window/,
    ],
    [
      'an identity without a URL',
      { 'expect-identity': '{sha}' },
      /expect-identity: requires verify-url/,
    ],
    [
      'an unknown check',
      { 'verify-checks': '- exec: [deploy, --check]' },
      /verify-checks:1:3: item 1 has no known kind of check among its keys exec\. Write one of http, tcp, with its options\. To run a command, use verify-command\./,
    ],
    [
      'a check with an invalid status',
      { 'verify-checks': '- http: {url: "http://a/", status: 99}' },
      /verify-checks:1:/,
    ],
  ])('%s', async (_, inputs, message) => {
    site.deploy(BAD);
    await using result = await site.run(BAD, inputs);
    expect(result.exitCode).toBe(1);
    expect(result.outputs.message).toMatch(message);
    expect(result.stderr + result.stdout).not.toMatch(/\n\s+at /);
    expect(site.runs()).toBe('ff');
  });
});
