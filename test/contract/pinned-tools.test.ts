import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTrackedFiles } from '@repo/devtools/tracked-files';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Lock {
  readonly packages: Readonly<Record<string, { version: string; integrity?: string }>>;
}

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps?: readonly { readonly run?: string }[];
      }
    >
  >;
}

test('package.json and the lock file of pnpm have the same version and hash', () => {
  const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string };
  const { packages } = JSON.parse(read('.ci/pnpm/package-lock.json')) as Lock;
  const wrapper = packages['node_modules/pnpm'];
  const hash = Buffer.from(wrapper?.integrity?.replace('sha512-', '') ?? '', 'base64');
  expect(packageManager).toBe(`pnpm@${wrapper?.version}+sha512.${hash.toString('hex')}`);
  // The platforms of the jobs that build a release, and of the gate.
  for (const platform of ['linux-x64', 'linux-arm64']) {
    expect(packages[`node_modules/@pnpm/exe.${platform}`]?.integrity).toMatch(/^sha512-/);
  }
});

test('workflows of this repository install tools only by hash', () => {
  const workflows = listTrackedFiles(root).filter((path) => path.startsWith('.github/workflows/'));
  const unhashed = workflows.flatMap((path) =>
    [
      ...read(path).matchAll(
        /.*\b(?:npx|pipx|npm (?:install|i|exec)|pip install(?!.*--require-hashes)).*/g,
      ),
    ].map(([line]) => `${path}: ${line.trim()}`),
  );
  expect(unhashed).toEqual([]);
});

test('jobs of the release with a write permission run no package manager', () => {
  const { jobs } = parse(read('.github/workflows/release.yml')) as Workflow;
  const privileged = Object.entries(jobs).filter(([, { permissions = {} }]) =>
    Object.values(permissions).includes('write'),
  );
  expect(privileged.map(([name]) => name)).toEqual(['publish', 'mirror']);
  for (const [name, { steps = [] }] of privileged) {
    const scripts = steps.map(({ run = '' }) => run).join('\n');
    expect(scripts, name).not.toMatch(/\b(?:npm|npx|pnpm|pip|pipx|turbo)\b/);
  }
});
