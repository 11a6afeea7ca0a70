import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit, git, startRepository } from '@repo/testkit/git/repository';
import { releaseCommand } from '../command.ts';

const manifest = (name: string, runs: string) =>
  `name: ${name}\ndescription: It ${name}s.\nbranding: { icon: activity, color: green }\nruns: ${runs}\n`;

const FILES = {
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

/** Starts a small repository of actions with a remote, and runs `pnpm release` in its clones. */
export function startSampleRepository() {
  const repository = startRepository(FILES);
  const release = (folder: string, ...argv: readonly string[]): readonly string[] => {
    const lines: string[] = [];
    const bundle = () => {
      mkdirSync(join(folder, 'actions/ping/dist'), { recursive: true });
      writeFileSync(join(folder, 'actions/ping/dist/index.js'), "console.log('ping');\n");
    };
    releaseCommand({ root: folder, argv, cwd: folder, bundle, log: (line) => lines.push(line) });
    return lines;
  };
  return {
    ...repository,
    release,
    /** Returns the last line that `pnpm release` prints. */
    sha: (folder: string, ...argv: readonly string[]) => release(folder, ...argv).at(-1) ?? '',
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
