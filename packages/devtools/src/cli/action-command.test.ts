import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { actionCommand } from './action-command.ts';

const MANIFEST = `
description: Says hello with **care**.
inputs:
  who: { description: To whom, required: true }
  fail-on: { description: When to fail, default: fail }
runs: { using: node24, main: main.mjs }
`;
const MAIN = `
import { appendFileSync as append } from 'node:fs';
const { env } = process;
append(env.GITHUB_STEP_SUMMARY, '## Hello\\n\\n| To | Seen |\\n| --- | --- |\\n| ' + env.INPUT_WHO + ' | yes |\\n');
append(env.GITHUB_OUTPUT, 'verdict=pass\\nmessage=' + 'long '.repeat(40) + '\\nreport-file=out/r.json\\n');
console.log('::group::Greeting');
console.log('hello ' + env.INPUT_WHO);
console.log('::endgroup::');
console.log('::warning::cwd ' + process.cwd());
console.log('::debug::' + env.MY_OWN + ' ' + env.GITHUB_REPOSITORY);
console.log('::add-mask::hunter2');
append(env.GITHUB_OUTPUT, 'secret=hunter2\\n');
process.exitCode = env.INPUT_WHO === 'no one' ? 3 : 0;
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'action-cli-'));
  await mkdir(join(root, 'actions/hello'), { recursive: true });
  await mkdir(join(root, 'actions/both'), { recursive: true });
  await writeFile(join(root, 'actions/hello/action.yml'), MANIFEST);
  await writeFile(join(root, 'actions/hello/main.mjs'), MAIN);
  await writeFile(
    join(root, 'actions/both/action.yml'),
    'description: Both.\nruns: { using: composite, steps: [] }',
  );
});
afterEach(() => rm(root, { recursive: true }));

async function action(...argv: string[]): Promise<{ code: number; text: string }> {
  return actionWith({}, ...argv);
}

async function actionWith(env: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  let text = '';
  const code = await actionCommand({
    root,
    argv,
    cwd: root,
    env: { ...process.env, MY_OWN: 'mine', GITHUB_REPOSITORY: 'a/b', GITHUB_SHA: 'abc', ...env },
    terminal: { columns: 60, ansi: false },
    write: (piece) => {
      text += piece;
    },
    interrupted: new AbortController().signal,
  });
  return { code, text };
}

test('prints the log, summary, outputs and report path', async () => {
  const { code, text } = await action('hello', 'who=you', '--debug');
  const shown = text.split('\n').filter((line) => !line.trim().startsWith('::'));
  expect(shown.join('\n')).toBe(`▾ Greeting
  hello you
warning: cwd ${root}
debug: mine a/b

Hello
─────

To  │ Seen
────┼─────
you │ yes

verdict      pass
message      ${'long '.repeat(40).slice(0, 46)}…
report-file  out/r.json
secret       ***

Report: ${join(root, 'out/r.json')}
`);
  expect(code).toBe(0);
});

test.each([
  ['RUNNER_DEBUG', '1', true],
  ['ACTIONS_STEP_DEBUG', 'true', true],
  ['RUNNER_DEBUG', '0', false],
])('with %s=%s, prints the debug log: %s', async (name, value, printed) => {
  const { text } = await actionWith({ [name]: value }, 'hello', 'who=you');
  expect(text.includes('debug: mine a/b')).toBe(printed);
});

test('exits with the exit code of the action', async () => {
  expect((await action('hello', 'who=no one')).code).toBe(3);
});

test('reads a value from a file, and @@ as @', async () => {
  await writeFile(join(root, 'name.txt'), 'file');
  expect((await action('hello', 'who=@name.txt')).text).toContain('hello file\n');
  expect((await action('hello', 'who=@@me=1')).text).toContain('hello @me=1\n');
});

test.each([
  [['helo'], 'Unknown action "helo". Did you mean "hello"? Actions: both, hello.'],
  [['zzzzzz'], 'Unknown action "zzzzzz". Actions: both, hello.'],
  [
    ['hello', 'fail_on=x'],
    'Unknown input "fail_on". Did you mean "fail-on"? Inputs: who, fail-on.',
  ],
  [['hello', 'who'], '"who" is not key=value.'],
  [['hello', '--debgu'], 'Unknown option --debgu. Use --debug or --help.'],
  [['hello', 'who=@none.txt'], 'none.txt cannot be read.'],
  [['both'], 'composite action'],
])('rejects %j: %s', async (argv, message) => {
  const { code, text } = await action(...argv);
  expect(text).toContain(message);
  expect(code).toBe(2);
});

test('explains how to build an action that is not built', async () => {
  await rm(join(root, 'actions/hello/main.mjs'));
  expect((await action('hello')).text).toContain('Run "pnpm build"');
});

test('prints help for one action or for all', async () => {
  const { text } = await action('hello', '--help');
  expect(text).toContain(`hello
  Says hello with care.

  who      To whom (required)
  fail-on  When to fail (default: fail)
`);
  expect(text).not.toContain('Both.');
  expect((await action()).text).toContain('both\n  Both.');
});
