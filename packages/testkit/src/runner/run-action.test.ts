import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { everythingWritten } from './everything-written.ts';
import { runAction } from './run-action.ts';

const IMPORTS = `
import { appendFileSync as append, writeFileSync as write } from 'node:fs';
const env = process.env;
`;
const NODE24 = 'runs: { using: node24, main: main.mjs }';
const WITH_POST = 'runs: { using: node24, main: main.mjs, post: post.mjs }';
const PATIENCE = { afterInterrupt: 500, afterTerminate: 500 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-action-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function action(manifest: string, main: string, post?: string): Promise<string> {
  await writeFile(join(folder, 'action.yml'), manifest);
  await writeFile(join(folder, 'main.mjs'), IMPORTS + main);
  if (post !== undefined) await writeFile(join(folder, 'post.mjs'), IMPORTS + post);
  return folder;
}

/** An action that prints its environment as JSON. */
const printsEnv =
  'console.log(JSON.stringify({ env, cwd: process.cwd(), argv: process.execArgv }));';

function environmentOf(stdout: string): Record<string, string> {
  return JSON.parse(stdout).env;
}

describe('the environment', () => {
  test('does not contain variables of the test', async () => {
    process.env.LEAK_OF_THE_TEST = '1';
    await using run = await runAction({ action: await action(NODE24, printsEnv) });
    delete process.env.LEAK_OF_THE_TEST;
    const env = environmentOf(run.stdout);
    const own = Object.keys(env).filter((name) => !/^(GITHUB|RUNNER)_/.test(name));
    expect(own.sort()).toEqual(
      ['CI', 'HOME', 'PATH', 'TEMP', 'TMP', 'TMPDIR'].filter(
        (name) => name === 'CI' || process.env[name] !== undefined,
      ),
    );
    expect(env).toMatchObject({
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: run.workspace,
      GITHUB_REPOSITORY_OWNER: 'octo-org',
      GITHUB_REF_NAME: 'main',
      GITHUB_API_URL: 'http://127.0.0.1:2',
      RUNNER_TEMP: run.temp,
    });
    expect(env).not.toHaveProperty('GITHUB_TOKEN');
    expect(env).not.toHaveProperty('GITHUB_ACTION_PATH');
    expect(env).not.toHaveProperty('RUNNER_DEBUG');
    expect(JSON.parse(run.stdout)).toMatchObject({ cwd: run.workspace, argv: [] });
  });

  test('contains the event, the github context and env', async () => {
    await using run = await runAction({
      action: await action(NODE24, printsEnv),
      github: { ref: 'refs/tags/v1', event_name: 'release', event: { action: 'published' } },
      env: { DOCKER_HOST: 'tcp://x' },
      debug: true,
    });
    const env = environmentOf(run.stdout);
    expect(env).toMatchObject({
      GITHUB_REF_NAME: 'v1',
      GITHUB_REF_TYPE: 'tag',
      GITHUB_EVENT_NAME: 'release',
      DOCKER_HOST: 'tcp://x',
      RUNNER_DEBUG: '1',
    });
    expect(await readFile(env.GITHUB_EVENT_PATH ?? '', 'utf8')).toBe('{"action":"published"}');
  });

  test('rejects variables that the runner sets', async () => {
    const options = { action: await action(NODE24, ''), env: { GITHUB_SHA: 'x' } };
    await expect(runAction(options)).rejects.toThrow('env.GITHUB_SHA');
  });
});

describe('inputs', () => {
  const manifest = `
inputs:
  fail-on: { default: fail }
  with space: { default: "\${{ github.token }}@\${{ runner.os }}" }
  Bare: {}
  old: { deprecationMessage: use fail-on }
${NODE24}`;

  test('are upper case with hyphens, evaluated defaults and empty values', async () => {
    await using run = await runAction({
      action: await action(manifest, printsEnv),
      with: { 'Fail-On': 'never', bare: 'given' },
      github: { token: 'ghs_x' },
    });
    const inputs = Object.entries(environmentOf(run.stdout)).filter(([name]) =>
      name.startsWith('INPUT_'),
    );
    expect(Object.fromEntries(inputs)).toEqual({
      'INPUT_FAIL-ON': 'never',
      INPUT_WITH_SPACE: expect.stringMatching(/^ghs_x@(Linux|macOS|Windows)$/),
      INPUT_BARE: 'given',
      INPUT_OLD: '',
    });
    expect(run.log).not.toContain('ghs_x');
    expect(run.warnings).toEqual([]);
  });

  test('that are not declared are passed with a warning', async () => {
    await using run = await runAction({
      action: await action(manifest, 'console.log(env.INPUT_TYPO)'),
      with: { typo: '1', old: '2' },
    });
    expect(run.stdout).toBe('1\n');
    expect(run.warnings).toEqual([
      "Input 'old' has been deprecated with message: use fail-on",
      "Unexpected input(s) 'typo', valid inputs are ['fail-on', 'with space', 'Bare', 'old']",
    ]);
    expect(run.annotations.map(({ level }) => level)).toEqual(['warning', 'warning']);
    expect(run.outcome).toBe('success');
  });

  test('with an invalid expression as default are rejected', async () => {
    const bad = `inputs: { a: { default: "\${{ env.HOME }}" } }\n${NODE24}`;
    await expect(runAction({ action: await action(bad, '') })).rejects.toThrow(
      /Unknown expression .* env\.HOME/,
    );
  });
});

describe('the output of the action', () => {
  test('is read from the command files', async () => {
    const main = `
append(env.GITHUB_OUTPUT, 'a=1\\nb<<E\\n2\\n3\\nE\\n');
append(env.GITHUB_ENV, 'X=y\\n');
append(env.GITHUB_PATH, '/opt/bin\\n');
append(env.GITHUB_STATE, 's=t\\n');
append(env.GITHUB_STEP_SUMMARY, '# Hi\\nsecret-1\\n');
write(env.RUNNER_TEMP + '/report.json', '{}');
write('made-here.txt', '');
write('old.txt', 'new');
`;
    const cwd = join(folder, 'workspace');
    await mkdir(cwd);
    await writeFile(join(cwd, 'old.txt'), 'old');
    await writeFile(join(cwd, 'kept.txt'), 'kept');
    await using run = await runAction({
      action: await action(NODE24, main),
      cwd,
      secrets: ['secret-1'],
    });
    expect(run).toMatchObject({
      exitCode: 0,
      outcome: 'success',
      outputs: { a: '1', b: '2\n3' },
      env: { X: 'y' },
      paths: ['/opt/bin'],
      state: { s: 't' },
      summary: '# Hi\n***\n',
    });
    expect(run.files).toEqual(
      [join(run.temp, 'report.json'), join(cwd, 'made-here.txt'), join(cwd, 'old.txt')].sort(),
    );
    expect(run).not.toHaveProperty('post');
  });

  test('fails the step for a missing delimiter despite exit code 0', async () => {
    const main = "append(env.GITHUB_OUTPUT, 'a=1\\nb<<E\\n2\\n');";
    await using run = await runAction({ action: await action(NODE24, main) });
    expect(run).toMatchObject({ exitCode: 0, outcome: 'failure', outputs: { a: '1' } });
    expect(run.annotations.map(({ message }) => message)).toEqual([
      "Unable to process file command 'output' successfully.",
      "Invalid value. Matching delimiter not found 'E'",
    ]);
  });

  test('reports NODE_OPTIONS as an error without failing the step', async () => {
    const main = "append(env.GITHUB_ENV, 'Node_Options=--inspect\\nX=1\\n');";
    await using run = await runAction({ action: await action(NODE24, main) });
    expect(run).toMatchObject({ outcome: 'success', env: { X: '1' } });
    expect(run.env).not.toHaveProperty('Node_Options');
    expect(run.annotations[0]?.message).toContain("Can't store NODE_OPTIONS");
  });

  test.each([
    [1024 * 1024, 1024 * 1024],
    [1024 * 1024 + 1, 0],
  ])('for a summary of %i bytes, shows %i characters', async (bytes, shown) => {
    const main = `append(env.GITHUB_STEP_SUMMARY, 'x'.repeat(${bytes}));`;
    await using run = await runAction({ action: await action(NODE24, main) });
    expect(run.summary).toHaveLength(shown);
    expect(run.warnings).toHaveLength(shown === 0 ? 1 : 0);
    expect(run.outcome).toBe('success');
  });

  test('reads commands on stderr and after a carriage return', async () => {
    const main =
      "console.error('body: \\r  ::set-env name=A::1'); console.error('x ##[error]fake');";
    await using run = await runAction({ action: await action(NODE24, main) });
    expect(run.outcome).toBe('failure');
    expect(run.annotations.at(-1)).toEqual({ level: 'error', message: 'fake' });
    expect(run.env).toEqual({});
  });

  test('determines the outcome by the exit code', async () => {
    await using run = await runAction({ action: await action(NODE24, 'process.exit(3)') });
    expect(run).toMatchObject({ exitCode: 3, outcome: 'failure' });
    expect(run).not.toHaveProperty('signal');
  });

  test('everythingWritten finds a secret everywhere except in add-mask', async () => {
    const places = {
      stderr: 'console.error(s)',
      command: "console.log('::notice::' + s.replace('\\n', '%0A'))",
      debug: "console.log('::debug::' + s.replace('\\n', '%0A'))",
      summary: 'append(env.GITHUB_STEP_SUMMARY, s)',
      output: "append(env.GITHUB_OUTPUT, 'a<<E\\n' + s + '\\nE\\n')",
      report: "write(env.RUNNER_TEMP + '/report.json', s)",
      name: "write(s.split('\\n')[1], '')",
      nowhere: '0',
    };
    const secret = 'top\nsecret';
    const found: string[] = [];
    for (const [place, code] of Object.entries(places)) {
      const main = `const s = ${JSON.stringify(secret)}; console.log('::add-mask::top%0Asecret'); ${code};`;
      await using run = await runAction({ action: await action(NODE24, main) });
      const needle = place === 'name' ? 'secret' : secret;
      if (everythingWritten(run).includes(needle)) found.push(place);
      expect(run.log).not.toContain('secret');
    }
    expect(found).toEqual(Object.keys(places).filter((place) => place !== 'nowhere'));
  });
});

describe('post', () => {
  test('runs after a failure with the state, variables and paths of main', async () => {
    const main = `
append(env.GITHUB_STATE, 'pid=7\\n'); append(env.GITHUB_ENV, 'X=y\\n');
append(env.GITHUB_PATH, '/first\\n/second\\n'); append(env.GITHUB_OUTPUT, 'a=1\\n');
process.exitCode = 1;`;
    const post = `
append(env.GITHUB_STEP_SUMMARY, [env.STATE_pid, env.X, env.PATH.slice(0, 15)].join());
append(env.GITHUB_OUTPUT, 'b=2\\n');`;
    await using run = await runAction({ action: await action(WITH_POST, main, post) });
    expect(run).toMatchObject({ outcome: 'failure', outputs: { a: '1' } });
    expect(run.post).toMatchObject({
      outcome: 'success',
      summary: '7,y,/second:/first:',
      outputs: { b: '2' },
    });
  });

  test.each([
    ['success()', false],
    ['failure()', true],
  ])('with post-if %s after a failure: %s', async (condition, expected) => {
    const manifest = `runs: { using: node24, main: main.mjs, post: post.mjs, post-if: "${condition}" }`;
    await using run = await runAction({ action: await action(manifest, 'process.exit(1)', '') });
    expect(run.post !== undefined).toBe(expected);
  });

  test.each([
    ['process.exit(0)', 'success', 'success'],
    ['process.exit(0)', 'failure', 'failure'],
    ['process.exit(0)', 'cancelled', 'cancelled'],
    ['process.exit(1)', 'success', 'failure'],
  ] as const)(
    'resolves its inputs again: after %s and %s, job.status is %s',
    async (main, later, status) => {
      const manifest = `inputs: { status: { default: "\${{ job.status }}" } }\n${WITH_POST}`;
      const says = "append(env.GITHUB_OUTPUT, 'status=' + env.INPUT_STATUS + '\\n');";
      await using run = await runAction({
        action: await action(manifest, `${says}\n${main}`, says),
        laterSteps: () => later,
      });
      expect(run.outputs).toEqual({ status: 'success' });
      expect(run.post?.outputs).toEqual({ status });
    },
  );

  test('runs after a cancel with SIGINT', async () => {
    const main = `
setInterval(() => {}, 1000);
process.on('SIGINT', () => { append(env.GITHUB_STATE, 'undone=yes\\n'); process.exit(0); });
console.log('::group::ready');`;
    await using run = await runAction({
      action: await action(WITH_POST, main, "console.log('undone', env.STATE_undone);"),
      cancel: { when: /ready/ },
    });
    expect(run).toMatchObject({ exitCode: 0, outcome: 'cancelled' });
    expect(run.post).toMatchObject({ outcome: 'success', stdout: 'undone yes\n' });
  });
});

describe('stopping', () => {
  const stubborn = (signals: string[]) => `
setInterval(() => {}, 1000);
for (const signal of ${JSON.stringify(signals)}) process.on(signal, () => console.log(signal));
console.log('ready');`;

  test.each([
    [[], 'SIGINT', 130],
    [['SIGINT'], 'SIGTERM', 143],
    [['SIGINT', 'SIGTERM'], 'SIGKILL', 137],
  ])('kills an action that ignores %j with %s', async (ignored, signal, exitCode) => {
    await using run = await runAction({
      action: await action(NODE24, stubborn(ignored)),
      cancel: { when: /^ready/ },
      patience: PATIENCE,
    });
    expect(run).toMatchObject({ outcome: 'cancelled', signal, exitCode });
    expect(run.stdout.split('\n')).toEqual(['ready', ...ignored, '']);
  });

  test('kills at once without waiting times', async () => {
    await using run = await runAction({
      action: await action(NODE24, stubborn([])),
      cancel: { when: /^ready/ },
      patience: { afterInterrupt: 0, afterTerminate: 0 },
    });
    expect(run).toMatchObject({ signal: 'SIGKILL', exitCode: 137 });
  });

  test('fails after a timeout', async () => {
    await using run = await runAction({
      action: await action(NODE24, stubborn([])),
      timeoutMs: 300,
    });
    expect(run).toMatchObject({ outcome: 'failure', warnings: ['The action has timed out.'] });
  });

  test('cancels after a time or by a signal', async () => {
    const path = await action(NODE24, stubborn([]));
    await using timed = await runAction({ action: path, cancel: { afterMs: 200 } });
    await using outside = await runAction({
      action: path,
      cancel: { signal: AbortSignal.abort() },
    });
    expect([timed.outcome, outside.outcome]).toEqual(['cancelled', 'cancelled']);
  });

  test.runIf(process.platform === 'linux')('kills remaining processes', async () => {
    const main = `
import { spawn } from 'node:child_process';
const child = spawn('sleep', ['60'], { stdio: 'ignore' });
child.unref();
append(env.GITHUB_OUTPUT, 'pid=' + child.pid + '\\n');`;
    await using run = await runAction({ action: await action(NODE24, main) });
    await expect
      .poll(() => readFile(`/proc/${run.outputs.pid}/stat`, 'utf8').catch(() => 'gone'))
      .toMatch(/^gone$|\) Z /);
  });
});

test('measures a run', async () => {
  await using run = await runAction({ action: await action(NODE24, ''), measure: true });
  expect(run.durationMs).toBeGreaterThan(0);
  expect(run.cpuMs).toBeGreaterThan(0);
  expect(run.maxRssBytes).toBeGreaterThan(10_000_000);
});

test('removes the folders with the result', async () => {
  const kept = await runAction({ action: await action(NODE24, '') });
  expect((await stat(kept.temp)).isDirectory()).toBe(true);
  await kept[Symbol.asyncDispose]();
  await expect(stat(kept.temp)).rejects.toThrow('ENOENT');
});

test.each([
  ['runs: { using: composite, steps: [] }', 'only JavaScript actions'],
  ['runs: { using: node20, main: main.mjs }', 'node20'],
  ['runs: { using: node24, main: main.mjs, pre: pre.mjs }', '"pre"'],
])('rejects %s', async (manifest, message) => {
  await expect(runAction({ action: await action(manifest, '') })).rejects.toThrow(message);
});
