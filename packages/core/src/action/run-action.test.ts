import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

// Each run is a process of its own.
vi.setConfig({ testTimeout: 30_000 });

/** A whole action; each test writes the body of its `run`. */
const action = (body: string) => `
  import { setTimeout as later } from 'node:timers/promises';
  import { ActionError } from '@repo/core/errors/action-error';
  import { defineInputs } from '@repo/core/inputs/define-inputs';
  import { duration } from '@repo/core/inputs/duration';
  import { failOnInput } from '@repo/core/inputs/fail-on';
  import { optional, secret } from '@repo/core/inputs/parser';
  import { sharedInputs } from '@repo/core/inputs/shared-inputs';
  import { text } from '@repo/core/inputs/text';
  import { runAction } from '@repo/core/action/run-action';
  import { htmlEscape, md } from '@repo/core/summary/markdown';

  const failOn = { fail: ['fail', 'unknown'], warn: ['warn', 'fail', 'unknown'], never: [] };
  const pass = {
    verdict: 'pass', message: 'everything is healthy', outputs: {}, result: {}, summary: [], annotations: [],
  };
  await runAction({
    name: 'tiny',
    failOn,
    inputs: defineInputs({
      ...sharedInputs,
      'fail-on': failOnInput(failOn),
      timeout: optional(duration()),
      mode: text(),
      token: secret(text()),
    }),
    run: async (inputs, context) => { ${body} },
  });
`;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Record<string, string>;
  readonly summary: string;
}

// The same modules in each process: without their compiled form, all this takes thrice the time.
let compiled: string;
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'core-compiled-'));
});
afterAll(() => rm(compiled, { recursive: true }));

let folder: string;
let env: Record<string, string | undefined>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'core-run-'));
  await writeFile(join(folder, 'output'), '');
  await writeFile(join(folder, 'summary'), '');
  env = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_WORKSPACE: join(folder, 'work'),
    RUNNER_TEMP: join(folder, 'temp'),
    NODE_COMPILE_CACHE: compiled,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SERVER_URL: 'https://github.test',
    GITHUB_RUN_ID: '7',
    'INPUT_FAIL-ON': 'fail',
    'INPUT_NOTIFY-ON': 'fail',
    INPUT_SUMMARY: 'true',
  };
});
afterEach(() => rm(folder, { recursive: true }));

async function run(body: string, onOutput?: (child: ChildProcess) => void): Promise<Run> {
  const child = spawn(
    process.execPath,
    ['--conditions=@repo/source', '--input-type=module', '-e', action(body)],
    { cwd: dirname(import.meta.dirname), env },
  );
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    onOutput?.(child);
  });
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
    outputs: parseOutputs(await readFile(join(folder, 'output'), 'utf8')),
    summary: await readFile(join(folder, 'summary'), 'utf8'),
  };
}

/** As the runner reads GITHUB_OUTPUT; the last one of a name counts. */
function parseOutputs(file: string): Record<string, string> {
  const found = file.matchAll(/^([^\n]+?)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
  return Object.fromEntries([...found].map(([, name, , value]) => [name, value]));
}

const readReport = async (path: string | undefined) =>
  JSON.parse(await readFile(path ?? '', 'utf8'));
/** The commands that the runner would obey, but for what belongs to every run. */
const commands = ({ stdout, stderr }: Run) =>
  `${stdout}\n${stderr}`.split(/\r\n|\r|\n/).filter((line) => /^\s*::|##\[/.test(line));

describe('a run with a result', () => {
  test('writes outputs, report and summary, and logs the result in one line', async () => {
    const result = await run(`
      context.log.info('looking');
      return {
        ...pass,
        outputs: { 'checked-count': 3, healthy: true, names: 'a\\nb', verdict: 'mine' },
        result: { checks: [1] },
        summary: [md\`## Title\`, md\`text\`],
      };`);
    expect(result).toMatchObject({
      code: 0,
      stderr: '',
      stdout: 'looking\n✅ everything is healthy\n',
    });
    expect(result.outputs).toEqual({
      'checked-count': '3',
      healthy: 'true',
      names: 'a\nb',
      verdict: 'pass',
      message: 'everything is healthy',
      'report-file': join(folder, 'temp/tiny.json'),
    });
    expect(result.summary).toBe('## Title\n\ntext\n');
    expect(await readReport(result.outputs['report-file'])).toEqual({
      schema: 'tiny/v1',
      action: 'tiny',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      durationMs: expect.any(Number),
      verdict: 'pass',
      message: 'everything is healthy',
      run: expect.objectContaining({ repository: 'o/r', runId: '7' }),
      result: { checks: [1] },
    });
    expect(await readdir(join(folder, 'temp'))).toEqual(['tiny.json']);
  });

  test.each([
    ['fail', 'fail', 1],
    ['fail', 'unknown', 1],
    ['fail', 'warn', 0],
    ['warn', 'warn', 1],
    ['never', 'fail', 0],
  ])('with fail-on: %s, the verdict %s exits with %d', async (failOn, verdict, code) => {
    env['INPUT_FAIL-ON'] = failOn;
    const result = await run(`return { ...pass, verdict: '${verdict}' };`);
    expect(result.code).toBe(code);
    expect(result.outputs.verdict).toBe(verdict);
  });

  test('writes the report to report-file, and no summary with summary: false', async () => {
    env['INPUT_REPORT-FILE'] = 'out/report.json';
    env.INPUT_SUMMARY = 'false';
    const result = await run('return { ...pass, summary: [md`text`] };');
    expect(result.outputs['report-file']).toBe(join(folder, 'work/out/report.json'));
    expect(await readReport(result.outputs['report-file'])).toMatchObject({ verdict: 'pass' });
    expect(result.summary).toBe('');
  });

  test('writes more files, relative to the workspace', async () => {
    const result = await run(
      `return { ...pass, files: [{ path: 'out/a.xml', content: '<a/>' }] };`,
    );
    expect(result.code).toBe(0);
    expect(await readFile(join(folder, 'work/out/a.xml'), 'utf8')).toBe('<a/>');
  });

  test('prints annotations with file and line, ten at most, and escapes them', async () => {
    env['INPUT_NOTIFY-ON'] = 'always';
    env.INPUT_NOTIFY = 'webhook=http://127.0.0.1:2/a\nslack=http://127.0.0.1:2/b';
    const result = await run(`
      const annotations = Array.from({ length: 12 }, (_, index) => ({
        level: 'warning', title: 'w' + index, message: 'm',
      }));
      annotations.push({
        level: 'error', title: 'a,b:\\nc', message: 'l1\\n::error::l2 100%', file: 'a.yml', line: 3,
      });
      return { ...pass, annotations };`);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines.find((line) => line.startsWith('::error'))).toBe(
      '::error title=a%2Cb%3A c,file=a.yml,line=3::l1%0A:\u200b:error::l2 100%25',
    );
    const warnings = lines.filter((line) => line.startsWith('::warning'));
    expect(warnings).toHaveLength(9);
    expect(warnings[7]).toMatch(/^::warning title=and 5 more::/);
    // One annotation is reserved for the notifications that failed.
    expect(warnings[8]).toMatch(/^::warning title=Notification not sent::webhook: .*%0Aslack: /);
  });

  test('writes exact outputs, with secrets redacted', async () => {
    const value = 'a\r\n::error::b\n ##[c]\u001b[31md\u200b\n\nGITHUB\n';
    env.INPUT_TOKEN = 'hunter2';
    const result = await run(`
      const value = ${JSON.stringify(value)};
      return { ...pass, outputs: { value, hidden: value + 'hun\u001b[0mter2', seen: 'hunter2::' } };`);
    expect(result.outputs.value).toBe(value);
    expect(result.outputs.hidden).not.toMatch(/hun|ter2/);
    expect(result.outputs.seen).toBe('***::');
  });

  test('untrusted text cannot print commands or start lines', async () => {
    const result = await run(`
      const nasty = 'x\\r::error::a\\n  ::warning::b\\u001b[31m ##[error]c\\u0085::d::';
      context.log.info(nasty);
      await context.log.group(nasty, async () => context.log.info('::inside::'));
      return { ...pass, message: nasty };`);
    expect(commands(result)).toEqual([
      expect.stringMatching(/^::group::x ::error::a ::warning::b ##\u200b\[error\]c::d::$/),
      '::endgroup::',
    ]);
    expect(result.outputs.message).toBe('x ::error::a ::warning::b ##\u200b[error]c::d::');
    expect((await readReport(result.outputs['report-file'])).message).toBe(result.outputs.message);
  });

  test('without a runner, uses the current folder and writes no summary', async () => {
    for (const name of ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_WORKSPACE', 'RUNNER_TEMP'])
      delete env[name];
    env['INPUT_REPORT-FILE'] = join(folder, 'r.json');
    const result = await run('return { ...pass, summary: [md`a`], message: context.workspace };');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('::set-output name=verdict::pass');
    expect((await readReport(join(folder, 'r.json'))).message).toBe(dirname(import.meta.dirname));
  });

  test('warns if the summary cannot be written', async () => {
    env.GITHUB_STEP_SUMMARY = join(folder, 'output/below-a-file');
    const result = await run('return { ...pass, summary: [md`a`] };');
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^::warning::Cannot write the job summary: ENOTDIR/m);
    expect(result.outputs.verdict).toBe('pass');
  });

  test('a socket that a remote host keeps open does not block the job', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await run(`
      const { connect } = await import('node:net');
      await new Promise((resolve) => connect(${port}, '127.0.0.1', resolve));
      return { ...pass, verdict: 'fail' };`);
    server.closeAllConnections();
    server.close();
    expect(result).toMatchObject({ code: 1, stdout: '❌ everything is healthy\n' });
  });
});

describe('a run without a result', () => {
  test('reports all invalid inputs in one error, regardless of fail-on', async () => {
    Object.assign(env, { 'INPUT_FAIL-ON': 'never', INPUT_TIMEOUT: '5', INPUT_SUMMARY: 'yes' });
    env.INPUT_TOKEN = 'hunter2-token';
    const result = await run('return pass;');
    expect(result.code).toBe(1);
    expect(result.stdout.split('\n')).toEqual([
      '::add-mask::hunter2-token',
      '::error title=tiny%3A invalid inputs::2 invalid inputs:' +
        '%0A  summary: "yes" is not true or false. Write true or false.' +
        '%0A  timeout: "5" has no unit. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      '',
    ]);
    expect(result.stderr).toBe('');
  });

  test('reports an external failure with causes and remedy, without a stack', async () => {
    const result = await run(`
      const cause = new Error('connect ECONNREFUSED ::1:80');
      throw new ActionError('cannot reach the daemon', { remedy: 'Start it.', cause });`);
    expect(result).toMatchObject({
      code: 1,
      stderr: '',
      stdout:
        '::error title=tiny%3A failed::cannot reach the daemon: connect ECONNREFUSED ::1:80. Start it.\n',
    });
  });

  test('adds no second full stop to a sentence', async () => {
    const { stdout } = await run(`throw new ActionError('It broke.', { remedy: 'Fix it.' });`);
    expect(stdout).toContain('::It broke. Fix it.\n');
  });

  test.each([
    ['thrown', `throw new TypeError('x is\\n::error::not a function');`],
    [
      'from a timer',
      `setTimeout(() => { throw new TypeError('x is\\n::error::not a function'); }); await later(60_000);`,
    ],
    [
      'an unhandled rejection',
      `Promise.reject(new TypeError('x is\\n::error::not a function')); await later(60_000);`,
    ],
  ])('reports a bug (%s) with its stack and where to report it', async (_, body) => {
    const result = await run(body);
    expect(result.code).toBe(1);
    expect(commands(result)).toEqual([
      expect.stringMatching(
        /^::error title=tiny%3A bug::TypeError: x is%0A:\u200b:error::not a function%0A {4}at /,
      ),
    ]);
    expect(result.stdout).toContain('This is a bug in the action');
  });

  test.each(['undefined', 'null', '"text"', 'Object.create(null)'])(
    'reports any thrown value: %s',
    async (thrown) => {
      const result = await run(`throw ${thrown};`);
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(/^::error title=tiny%3A bug::\S/);
    },
  );

  test('sets the verdict unknown after every failure', async () => {
    for (const body of [
      `throw new ActionError('cannot reach the daemon', { remedy: 'Start it.' });`,
      `throw new TypeError('a bug');`,
      `setTimeout(() => { throw new TypeError('a bug'); }); await later(60_000);`,
    ]) {
      const { outputs } = await run(body);
      expect(outputs).toEqual({
        verdict: 'unknown',
        message: expect.stringMatching(/^(cannot reach the daemon|a bug)$/),
      });
    }
    env.INPUT_SUMMARY = 'yes';
    expect((await run('return pass;')).outputs).toMatchObject({ verdict: 'unknown' });
  });

  test('treats an action that waits forever as a bug, not as a pass', async () => {
    const result = await run('await new Promise(() => {});');
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^::error title=tiny%3A bug::/);
  });

  test('treats a value of fail-on without verdicts as a bug, not as a pass', async () => {
    const result = await run(`delete failOn.fail; return { ...pass, verdict: 'fail' };`);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/title=tiny%3A bug::/);
  });
});

describe('cancelled', () => {
  test.each([
    ['by the clock of the action', 'await context.clock.sleep(60_000, context.signal);'],
    ['within Node', 'await later(60_000, undefined, { signal: context.signal });'],
    [
      'and wrapped',
      `await later(60_000, undefined, { signal: context.signal }).catch((cause) => {
        throw new ActionError('no answer', { remedy: 'Look there.', cause });
      });`,
    ],
  ])('%s: reports the cancellation and fails', async (_, wait) => {
    let sent = false;
    const result = await run(`context.log.info('waiting'); ${wait}`, (child) => {
      if (!sent) sent = child.kill('SIGINT');
    });
    expect(result).toMatchObject({
      code: 1,
      stderr: '',
      stdout: 'waiting\n::error title=tiny%3A cancelled::cancelled (SIGINT)\n',
    });
  });

  test('a notification that hangs does not delay a cancelled run', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    Object.assign(env, {
      'INPUT_NOTIFY-ON': 'always',
      INPUT_NOTIFY: `webhook=http://127.0.0.1:${port}/hook`,
    });
    const child = new Promise<ChildProcess>((resolve) =>
      server.once('request', () => started && resolve(started)),
    );
    let started: ChildProcess | undefined;
    const cancelled = child.then((one) => {
      one.kill('SIGINT');
      return performance.now();
    });
    const result = await run(`context.log.info('begun'); return pass;`, (one) => {
      started = one;
    });
    // Two attempts of five seconds are longer than the runner waits.
    expect(performance.now() - (await cancelled)).toBeLessThan(5_000);
    server.closeAllConnections();
    server.close();
    expect(result.stdout).toMatch(/Notification not sent::webhook: .*cancelled/);
    expect(result).toMatchObject({ code: 0, outputs: { verdict: 'pass' } });
  });

  test('an action can clean up and return a result; more signals do not kill it', async () => {
    let sent = 0;
    const result = await run(
      `context.signal.addEventListener('abort', () => context.log.info(context.signal.reason.message));
       context.log.info('waiting');
       await context.clock.sleep(60_000, context.signal).catch(() => {});
       const awake = setInterval(() => {}, 60_000);
       const last = new Promise((resolve) => process.once('SIGTERM', resolve));
       process.kill(process.pid, 'SIGINT');
       process.kill(process.pid, 'SIGTERM');
       await last;
       clearInterval(awake);
       return { ...pass, verdict: 'unknown', message: 'rolled back' };`,
      (child) => {
        if (sent++ === 0) child.kill('SIGTERM');
      },
    );
    expect(result.stdout).toBe('waiting\ncancelled (SIGTERM)\n❔ rolled back\n');
    expect(result.outputs).toMatchObject({ verdict: 'unknown', message: 'rolled back' });
    expect(result.code).toBe(1);
  });
});

describe('write failures', () => {
  const body = `return {
    ...pass,
    summary: [md\`text\`],
    annotations: [{ level: 'notice', title: 'found', message: 'it' }],
  };`;

  test.each(['missing', 'output/below-a-file'])(
    'outputs (%s): fails, reports the error, and still logs the result',
    async (name) => {
      env.GITHUB_OUTPUT = join(folder, name);
      const result = await run(body);
      expect(result.code).toBe(1);
      expect(result.stdout).toContain('::notice title=found::it\n');
      expect(result.stdout).toMatch(
        /::error title=tiny%3A failed::cannot write the outputs of the step \(GITHUB_OUTPUT\): .+\. Check that /,
      );
      expect(result.summary).toBe('text\n');
      expect(result.stdout.match(/::error/g)).toHaveLength(1);
    },
  );

  test('another file: fails and names its path', async () => {
    const files = `[{ path: '${join(folder, 'output/below-a-file')}', content: '' }]`;
    const result = await run(`return { ...pass, files: ${files} };`);
    expect(result.code).toBe(1);
    expect(result.outputs).toMatchObject({ verdict: 'pass' });
    expect(result.stdout).toMatch(/::cannot write .*below-a-file: .*Give a path/);
  });

  test('the report: fails, with the outputs written', async () => {
    env['INPUT_REPORT-FILE'] = join(folder, 'output/below-a-file');
    const result = await run(body);
    expect(result.code).toBe(1);
    expect(result.outputs).toMatchObject({ verdict: 'pass' });
    expect(result.stdout).toContain('::notice title=found::it\n');
    expect(result.stdout).toMatch(/::error title=tiny%3A failed::cannot write .*Give a path/);
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2-&|token';

  test('are removed from everything that is written, printed or sent', async () => {
    const received: string[] = [];
    const server = createServer(async (request, response) => {
      received.push(Buffer.concat(await request.toArray()).toString());
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    Object.assign(env, {
      RUNNER_DEBUG: '1',
      INPUT_TOKEN: SECRET,
      'INPUT_NOTIFY-ON': 'always',
      INPUT_NOTIFY: `webhook=http://127.0.0.1:${port}/hook-path`,
    });
    const result = await run(`
      const s = inputs.token;
      context.mask('found-on-the-way');
      const text = 'see ' + s + ' found-on-the-way hun\\u001b[0mter2-&|token';
      context.log.info(text);
      context.log.debug(text);
      await context.log.group(text, async () => {});
      return {
        ...pass,
        message: text,
        outputs: { text, encoded: encodeURIComponent(s) },
        result: { [s]: [text], redacted: context.redact(text) === 'see *** *** ***' },
        summary: [md\`\${text}\`],
        annotations: [{ level: 'notice', title: text, message: text }],
        files: [{ path: 'file.xml', content: text + ' ' + htmlEscape(s) }],
      };`);
    server.close();
    expect(await readFile(join(folder, 'work/file.xml'), 'utf8')).toBe('see *** *** *** ***');

    expect(result.code).toBe(0);
    expect(result.outputs.text).toBe('see *** *** ***');
    expect(result.outputs.encoded).toBe('***');
    expect(result.summary).toBe('see *** *** ***\n');
    expect(JSON.parse(received[0] ?? '')).toMatchObject({
      message: 'see *** *** ***',
      verdict: 'pass',
    });
    const report = await readFile(result.outputs['report-file'] ?? '', 'utf8');
    expect(JSON.parse(report).result.redacted).toBe(true);
    const masks = result.stdout.split('\n').filter((line) => line.startsWith('::add-mask::'));
    expect(masks).toEqual([
      `::add-mask::http://127.0.0.1:${port}/hook-path`,
      `::add-mask::${SECRET}`,
      '::add-mask::found-on-the-way',
    ]);
    const printed = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    for (const text of [...printed, report, ...received, ...Object.values(result.outputs)]) {
      expect(text).not.toMatch(/hunter2|found-on-the-way|hook-path/);
    }
  });

  test.each([
    [
      'a failure',
      (text: string) =>
        `throw new ActionError(${text}, { remedy: ${text}, cause: new Error('x' + ${text}) });`,
    ],
    ['a bug', (text: string) => `throw new Error(${text});`],
    // A message that was cut inside of a secret would show the first half.
    [
      'a long error',
      (text: string) => `throw new ActionError('y'.repeat(291) + ${text}, { remedy: '' });`,
    ],
  ])('are removed from %s', async (_, body) => {
    env.INPUT_TOKEN = SECRET;
    const result = await run(body('inputs.token'));
    expect(result.stdout.replace(/^::add-mask::.*$/m, '')).not.toContain('hunter2');
    expect(result.stdout).toContain('***');
    expect(JSON.stringify(result.outputs)).not.toContain('hunter2');
    expect(result.code).toBe(1);
  });

  test('masks each line of a secret, except blank lines', async () => {
    const { stdout } = await run(`context.mask('line one\\n  \\nline two\\r\\n'); return pass;`);
    expect(stdout).toBe('::add-mask::line one\n::add-mask::line two\n✅ everything is healthy\n');
  });
});

describe('notifications', () => {
  test.each([
    ['fail', 'pass', 0],
    ['fail', 'warn', 0],
    ['fail', 'fail', 1],
    ['fail', 'unknown', 1],
    ['warn', 'warn', 1],
    ['always', 'pass', 1],
  ])('with notify-on: %s, the verdict %s sends %d', async (notifyOn, verdict, count) => {
    let sent = 0;
    const server = createServer((_, response) => {
      sent++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    env['INPUT_NOTIFY-ON'] = notifyOn;
    env.INPUT_NOTIFY = `slack=http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    await run(`return { ...pass, verdict: '${verdict}' };`);
    server.close();
    expect(sent).toBe(count);
  });

  test('warns if one cannot be sent, and does not fail', async () => {
    env['INPUT_NOTIFY-ON'] = 'always';
    env.INPUT_NOTIFY = 'slack=http://127.0.0.1:9/secret-path';
    const result = await run('return pass;');
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^::warning title=Notification not sent::slack: /m);
    expect(result.stdout.replace(/^::add-mask::.*$/m, '')).not.toContain('secret-path');
  });
});

describe('an action with a post', () => {
  /** The same program twice, as the runner starts it: what the first one saved is a variable of the second. */
  async function mainAndPost(body: string, post: string) {
    env.GITHUB_STATE = join(folder, 'state');
    await writeFile(env.GITHUB_STATE, '');
    const program = `${body} }, post: async (inputs, context) => { ${post}`;
    const main = await run(program);
    const state = parseOutputs(await readFile(env.GITHUB_STATE, 'utf8'));
    for (const [name, value] of Object.entries(state)) env[`STATE_${name}`] = value;
    return { main, post: await run(program) };
  }

  test('post reads the state that run saved, and writes its own report', async () => {
    env['INPUT_REPORT-FILE'] = 'out/r.json';
    const { main, post } = await mainAndPost(
      `context.state.save('token', 'a\\nb'); return pass;`,
      `return { ...pass, message: 'found ' + JSON.stringify(context.state.read('token')) };`,
    );
    expect(main.stdout).toBe('✅ everything is healthy\n');
    expect(post.stdout).toBe('✅ found "a\\nb"\n');
    expect(post.outputs['report-file']).toBe(join(folder, 'work/out/r-post.json'));
    expect(await readReport(main.outputs['report-file'])).toMatchObject({
      message: 'everything is healthy',
    });
  });

  test('reports invalid inputs once: post does nothing after them', async () => {
    env.INPUT_TIMEOUT = '5';
    const { main, post } = await mainAndPost('return pass;', `throw new Error('post was run');`);
    expect(main.code).toBe(1);
    expect(main.stdout).toMatch(/^::error title=tiny%3A invalid inputs::/m);
    expect(post).toMatchObject({ code: 0, stdout: '' });
  });

  test('reports an input that becomes invalid before post', async () => {
    const { main } = await mainAndPost('return pass;', 'return undefined;');
    expect(main.code).toBe(0);
    env.INPUT_TIMEOUT = '5';
    const post = await run(`return pass; }, post: async () => {`);
    expect(post.code).toBe(1);
    expect(post.stdout).toMatch(/^::error title=tiny%3A invalid inputs::/m);
  });

  test('post runs after a run that threw, and can return nothing', async () => {
    const { main, post } = await mainAndPost(`throw new Error('broken');`, 'return undefined;');
    expect(main.code).toBe(1);
    expect(post).toMatchObject({ code: 0, stdout: '' });
  });

  test('writes no state without post', async () => {
    env.GITHUB_STATE = join(folder, 'state');
    await writeFile(env.GITHUB_STATE, '');
    await run('return pass;');
    expect(await readFile(env.GITHUB_STATE, 'utf8')).toBe('');
  });
});

test('reads an environment variable by its name', async () => {
  env.DOCKER_HOST = 'unix:///x';
  const { stdout } = await run(
    `return { ...pass, message: context.variable('DOCKER_HOST') + context.variable('NOT_SET') };`,
  );
  expect(stdout).toBe('✅ unix:///x\n');
});
