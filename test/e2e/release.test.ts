import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '@repo/core/action/version';
import { releaseCommand } from '@repo/release/command';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { git } from '@repo/testkit/git/repository';
import { runAction } from '@repo/testkit/runner/run-action';
import { expect, test } from 'vitest';
import { copyCheckout } from './checkout.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const actions = readdirSync(join(root, 'actions')).filter((name) =>
  existsSync(join(root, 'actions', name, 'action.yml')),
);

/** git and bundles of some megabytes take long on two cores. */
const TIMEOUT_MS = 90_000;

test('runs health-check from a clone of the major tag without installing packages', {
  timeout: TIMEOUT_MS,
}, async () => {
  const source = copyCheckout(root);
  const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  try {
    git(source, 'init', '--quiet', '--initial-branch=main');
    git(source, 'add', '.');
    git(source, 'commit', '--quiet', '-m', 'feat: all of it');
    const remote = join(folder, 'actions.git');
    git(folder, 'init', '--quiet', '--bare', remote);
    // `pnpm build` created these bundles before the tests.
    const bundle = () => {
      for (const name of actions) {
        const dist = join('actions', name, 'dist');
        if (!existsSync(join(root, dist))) continue;
        cpSync(join(root, dist), join(source, dist), { recursive: true });
      }
    };
    const argv = ['publish', '--version', version, '--remote', remote];
    releaseCommand({ root: source, argv, cwd: source, bundle, log: () => undefined });

    const consumer = join(folder, 'v');
    const majorTag = `v${version.split('.')[0]}`;
    git(
      folder,
      'clone',
      '--quiet',
      '--depth=1',
      `--branch=${majorTag}`,
      `file://${remote}`,
      consumer,
    );
    expect(readdirSync(consumer)).toEqual(expect.arrayContaining(actions));
    expect(findWrongChecksums(consumer)).toEqual([]);

    let release = respond(200);
    await using server = await startHttpServer({ script: (exchange) => release(exchange) });
    const run = { action: join(consumer, 'health-check'), with: { url: server.url } };
    await using good = await runAction(run);
    expect(good.outputs.verdict).toBe('pass');
    expect(good.exitCode).toBe(0);
    release = respond(503);
    await using bad = await runAction({ ...run, with: { ...run.with, deadline: '1s' } });
    expect(bad.outputs.verdict).toBe('fail');
    expect(bad.exitCode).toBe(1);
  } finally {
    rmSync(source, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Returns the files whose checksum differs from SHA256SUMS. */
function findWrongChecksums(folder: string): readonly string[] {
  const lines = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(actions.length);
  return lines.flatMap((line) => {
    const [sum = '', path = ''] = line.split('  ');
    const bytes = readFileSync(join(folder, path));
    return createHash('sha256').update(bytes).digest('hex') === sum ? [] : [path];
  });
}
