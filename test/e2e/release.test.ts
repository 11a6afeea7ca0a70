import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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
const TIMEOUT_MS = 180_000;

test('runs health-check from the major tag of a release, and from the tag of its mirror', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const source = copyCheckout(root);
  try {
    git(source, 'init', '--quiet', '--initial-branch=main');
    git(source, 'add', '.');
    git(source, 'commit', '--quiet', '-m', 'feat: all of it');
    const [remote, mirror] = [join(folder, 'actions.git'), join(folder, 'health-check.git')];
    for (const one of [remote, mirror]) git(folder, 'init', '--quiet', '--bare', one);
    const second = join(folder, 'second');
    git(folder, 'clone', '--quiet', source, second);
    const sbom = join(folder, 'pnpm-sbom.json');
    writeFileSync(sbom, JSON.stringify({ creationInfo: {}, packages: [] }));
    const release = (checkout: string, ...argv: readonly string[]) =>
      releaseCommand({
        root: checkout,
        argv: [...argv, '--version', version],
        cwd: folder,
        bundle: () => copyBundles(checkout),
        log: () => undefined,
      });
    await release(source, 'build', '--out', 'one', '--sbom', sbom);
    await release(second, 'build', '--out', 'two', '--sbom', sbom);
    await release(source, 'publish', '--from', 'one', '--from', 'two', '--remote', remote);
    const names = ['--repository', 'acme/health-check', '--source', 'acme/actions'];
    await release(source, 'mirror', 'health-check', '--remote', mirror, ...names);

    const consumer = cloneTag(remote, `v${version.split('.')[0]}`, join(folder, 'consumer'));
    expect(readdirSync(consumer)).toEqual(expect.arrayContaining(actions));
    expect(findWrongChecksums(consumer)).toEqual([]);
    await expectHealthCheck(join(consumer, 'health-check'));

    const listed = cloneTag(mirror, `v${version}`, join(folder, 'listed'));
    const readme = readFileSync(join(listed, 'README.md'), 'utf8');
    expect(readme).toContain('uses: acme/health-check@v1');
    expect(readme).not.toContain('org/actions');
    await expectHealthCheck(listed);
  } finally {
    rmSync(source, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Copies the bundles that `pnpm build` created before the tests. */
function copyBundles(checkout: string): void {
  for (const name of actions) {
    const dist = join('actions', name, 'dist');
    if (!existsSync(join(root, dist))) continue;
    cpSync(join(root, dist), join(checkout, dist), { recursive: true });
  }
}

/** Clones one tag as a runner does: without history. */
function cloneTag(remote: string, tag: string, folder: string): string {
  const options = ['--quiet', '--depth=1', `--branch=${tag}`];
  git(tmpdir(), 'clone', ...options, `file://${remote}`, folder);
  return folder;
}

/** Runs health-check without installing packages, on a healthy and an unhealthy server. */
async function expectHealthCheck(action: string): Promise<void> {
  let answer = respond(200);
  await using server = await startHttpServer({ script: (exchange) => answer(exchange) });
  await using good = await runAction({ action, with: { url: server.url } });
  expect(good.outputs.verdict).toBe('pass');
  expect(good.exitCode).toBe(0);
  answer = respond(503);
  await using bad = await runAction({ action, with: { url: server.url, deadline: '1s' } });
  expect(bad.outputs.verdict).toBe('fail');
  expect(bad.exitCode).toBe(1);
}

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
