import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tally-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs vitest with the reporter on these files; `config` extends its `test` settings. */
async function vitest(
  files: Record<string, string>,
  env: Record<string, string> = {},
  config: object = {},
): Promise<{ code: number; lines: readonly string[] }> {
  const settings = {
    globals: true,
    reporters: ['default', join(ROOT, 'test/tally.ts')],
    ...config,
  };
  await writeFile(
    join(folder, 'vitest.config.mjs'),
    `export default { test: ${JSON.stringify(settings)} };`,
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const cli = resolve(ROOT, 'node_modules/vitest/vitest.mjs');
  const { REQUIRE_REAL: _, ...inherited } = process.env;
  return new Promise((done) => {
    execFile(
      process.execPath,
      [cli, 'run', '--root', folder],
      { env: { ...inherited, NO_COLOR: '1', ...env } },
      (error, stdout) => {
        const code = error === null ? 0 : Number(error.code);
        done({ code, lines: stdout.trimEnd().split('\n') });
      },
    );
  });
}

const SKIPPING = {
  'a.test.mjs': `
test('fine', () => {});
describe.skip('nginx (needs nginx: apt-get install nginx)', () => {
  test('one', () => {});
  describe('deep', () => test('two', () => {}));
  describe.skip('deeper', () => test('three', () => {}));
});
test('at run time', ({ skip }) => skip('needs Docker: https://docs.docker.com'));
test.skip('without a word', () => {});
`,
};

test('groups skipped tests by their requirement and prints the tally last', async () => {
  const { code, lines } = await vitest(SKIPPING);
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 5 skipped');
  expect(lines.slice(lines.indexOf('Skipped:') + 1).slice(0, 3)).toEqual([
    '  1 × a.test.mjs: no reason given',
    '  1 × needs Docker: https://docs.docker.com',
    '  3 × needs nginx: apt-get install nginx',
  ]);
  expect(code).toBe(0);
});

test('counts skipped tests as failures with REQUIRE_REAL=1', async () => {
  const { code, lines } = await vitest(SKIPPING, { REQUIRE_REAL: '1' });
  expect(lines.at(-1)).toBe('1 passed, 5 failed, 0 skipped');
  expect(code).toBe(1);
});

test('counts failing tests, files, suites and unhandled errors as failures', async () => {
  const { code, lines } = await vitest({
    'a.test.mjs': "test('wrong', () => { expect(1).toBe(2); }); test('fine', () => {});",
    'b.test.mjs': "import './missing.mjs';",
    'c.test.mjs':
      "describe('s', () => { beforeAll(() => { throw new Error('no'); }); test('x', () => {}); });",
    'd.test.mjs':
      "test('fine', () => { setTimeout(() => { throw new Error('lost'); }); });" +
      "test('waits', () => new Promise((done) => setTimeout(done, 50)));",
  });
  expect(lines.at(-1)).toBe('3 passed, 4 failed, 1 skipped');
  expect(code).toBe(1);
});

test.each([
  ['no test exists', {}, {}],
  [
    'the global setup throws',
    { 'a.test.mjs': "test('fine', () => {});", 'setup.mjs': "throw new Error('no');" },
    { globalSetup: ['./setup.mjs'] },
  ],
])('reports a failure if %s', async (_, files, config) => {
  const { code, lines } = await vitest(files, {}, config);
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  expect(code).toBe(1);
});
