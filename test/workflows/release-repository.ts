import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAMPLE_FILES } from '@repo/release/testing/sample-repository';
import { type Runner, startRunner, workflowFile } from './act.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const yaml = dirname(
  createRequire(join(root, 'packages/release/package.json')).resolve('yaml/package.json'),
);

/** Replaces npm: `npm ci` installs a replacement of pnpm. */
const NPM = `#!/usr/bin/env bash
set -e
mkdir -p .ci/pnpm/node_modules/.bin
cp "$(dirname "$0")/replaced-pnpm" .ci/pnpm/node_modules/.bin/pnpm
`;

/**
 * Replaces pnpm, and turbo by a program that writes the bundle of the sample. With
 * `BUILDS=different`, the two builds of a run differ.
 */
const PNPM = `#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

const [command, ...rest] = process.argv.slice(2);
if (command === 'sbom') {
  const sbom = { creationInfo: {}, packages: [{ SPDXID: 'SPDXRef-RootPackage' }] };
  writeFileSync(rest.at(-1), JSON.stringify(sbom));
} else {
  mkdirSync('packages/release/node_modules', { recursive: true });
  symlinkSync(${JSON.stringify(yaml)}, 'packages/release/node_modules/yaml');
  mkdirSync('node_modules/turbo/bin', { recursive: true });
  writeFileSync('node_modules/turbo/bin/turbo', \`
    const { mkdirSync, writeFileSync } = require('node:fs');
    mkdirSync('actions/ping/dist', { recursive: true });
    writeFileSync('actions/ping/dist/index.js', 'console.log("\${chooseContent()}");');
  \`);
  const { status } = spawnSync('node', ['packages/release/src/cli.ts', ...rest], { stdio: 'inherit' });
  process.exitCode = status;
}

function chooseContent() {
  if (process.env.BUILDS !== 'different') return 'ping';
  try {
    mkdirSync(process.env.STAND_IN_ARTIFACTS + '/../first');
    return 'ping';
  } catch {
    return 'pong';
  }
}
`;

/**
 * Replaces GitHub's CLI: prints what it is asked to create, on stderr. It also fetches the tags: act
 * copies a folder instead of running actions/checkout.
 */
const GH = `#!/usr/bin/env bash
echo "gh $*" >&2
case "$*" in
  'auth setup-git') git fetch --quiet --tags --force ;;
  'release view'*) exit 1 ;;
  api*.immutable) echo true ;;
esac
`;

/** The sample repository with the release workflow and command of this working tree. */
export async function startReleaseRunner(): Promise<
  Runner & { readonly programs: string; readonly tags: (remote?: string) => Record<string, string> }
> {
  const runner = await startRunner({
    ...SAMPLE_FILES,
    '.gitignore': 'dist/\nnode_modules/\n',
    'package.json': '{ "type": "module" }\n',
    '.github/workflows/release.yml': await workflowFile('.github/workflows/release.yml'),
    ...(await readSources('packages/git/src')),
    ...(await readSources('packages/release/src')),
  });
  const programs = join(runner.folder, '../programs');
  await mkdir(programs);
  await writeFile(join(programs, 'npm'), NPM, { mode: 0o755 });
  await writeFile(join(programs, 'replaced-pnpm'), PNPM, { mode: 0o755 });
  await writeFile(join(programs, 'gh'), GH, { mode: 0o755 });
  const tags = (remote = runner.remote) =>
    Object.fromEntries(
      execFileSync(
        'git',
        ['for-each-ref', '--format=%(refname:strip=2) %(objectname)', 'refs/tags'],
        {
          cwd: remote,
          encoding: 'utf8',
        },
      )
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ')),
    );
  return { ...runner, programs, tags };
}

async function readSources(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(join(root, folder));
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (name) => {
        const path = `${folder}/${name}`;
        return [path, await readFile(join(root, path), 'utf8')] as const;
      }),
    ),
  );
}
