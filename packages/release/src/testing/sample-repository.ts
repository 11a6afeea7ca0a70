import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commit, git, startRepository } from '@repo/testkit/git/repository';
import { releaseCommand } from '../command.ts';

const manifest = (name: string, runs: string) =>
  `name: ${name}\ndescription: It ${name}s.\nbranding: { icon: activity, color: green }\nruns: ${runs}\n`;

/** A small repository of actions. */
export const SAMPLE_FILES = {
  '.gitignore': 'dist/\n',
  'README.md': '[ping](actions/ping/README.md), [more](docs/more.md)\n',
  'docs/more.md': 'more\n',
  LICENSE: 'MIT\n',
  'SECURITY.md': 'Write to us.\n',
  'packages/core/src/action/version.ts': "export const version = '1.2.0';\n",
  '.github/workflows/ci.yml': 'on: push\njobs: { a: { uses: $/.github/workflows/b.yml } }\n',
  'actions/ping/action.yml': manifest('ping', '{ using: node24, main: dist/index.js }'),
  'actions/ping/README.md': '# ping\n',
  'actions/ping/report.schema.json': '{}\n',
  'actions/ping/package.json': '{}\n',
  'actions/ping/src/main.ts': "console.log('ping');\n",
  'actions/guard/action.yml': manifest('guard', '{ using: composite, steps: [{ uses: $/ping }] }'),
  'actions/guard/README.md': '# guard\n',
};

/** What `pnpm sbom` writes; the number at the end of the ID differs between runs. */
const SBOM = JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  documentNamespace: 'random',
  creationInfo: { created: 'now', creators: ['Tool: pnpm'] },
  packages: [{ SPDXID: 'SPDXRef-RootPackage' }, { SPDXID: 'SPDXRef-Package-yaml-2.9.1-7' }],
  relationships: [],
});

/** Starts a small repository of actions with a remote, and runs `pnpm release` in its clones. */
export function startSampleRepository() {
  const repository = startRepository(SAMPLE_FILES);
  const releaseWith = async (bundled: string, folder: string, argv: readonly string[]) => {
    const lines: string[] = [];
    const bundle = () => {
      mkdirSync(join(folder, 'actions/ping/dist'), { recursive: true });
      writeFileSync(join(folder, 'actions/ping/dist/index.js'), `console.log('${bundled}');\n`);
    };
    await releaseCommand({
      root: folder,
      argv,
      cwd: folder,
      bundle,
      log: (line) => lines.push(line),
    });
    return lines;
  };
  const release = (folder: string, ...argv: readonly string[]) => releaseWith('ping', folder, argv);
  /** Returns the last line that `pnpm release` prints. */
  const sha = async (folder: string, ...argv: readonly string[]) =>
    (await release(folder, ...argv)).at(-1) ?? '';
  const build = async (folder: string, version: string, bundled = 'ping'): Promise<string> => {
    const out = join(folder, '../builds', basename(folder), version);
    mkdirSync(out, { recursive: true });
    const sbom = join(out, 'pnpm-sbom.json');
    writeFileSync(sbom, SBOM);
    await releaseWith(bundled, folder, [
      'build',
      '--version',
      version,
      '--out',
      out,
      '--sbom',
      sbom,
    ]);
    return out;
  };
  return {
    ...repository,
    release,
    sha,
    /** Builds a release, whose bundle prints `bundled`, and returns the folder with its files. */
    build,
    /** Builds a release in two clones, publishes it, and returns its commit. */
    publish: async (folder: string, version: string, ...options: readonly string[]) => {
      const other = repository.clone();
      git(other, 'checkout', '--quiet', git(folder, 'rev-parse', 'HEAD'));
      const from = [await build(folder, version), await build(other, version)];
      const builds = from.flatMap((one) => ['--from', one]);
      const argv = ['--version', version, ...builds, '--remote', 'origin', ...options];
      return sha(folder, 'publish', ...argv);
    },
    /** Returns the commits of the tags of a remote, by name. */
    tags: (remote = repository.remote) => readTags(remote),
    /** Commits a version and pushes it to main. */
    prepare: (folder: string, version: string, more: Readonly<Record<string, string>> = {}) => {
      const file = {
        'packages/core/src/action/version.ts': `export const version = '${version}';\n`,
      };
      commit(folder, { ...file, ...more });
      git(folder, 'push', '--quiet', 'origin', 'HEAD:main');
    },
    [Symbol.dispose]: () => repository[Symbol.dispose](),
  };
}

function readTags(remote: string): Readonly<Record<string, string>> {
  const format = '--format=%(refname:strip=2) %(objectname)';
  const lines = git(remote, 'for-each-ref', format, 'refs/tags').split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split(' ')));
}
