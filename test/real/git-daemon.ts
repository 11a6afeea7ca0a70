import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { type Repository, startRepository } from '@repo/testkit/git/repository';
import { startServer } from './server-process.ts';

/** A bare repository served by `git daemon`, including pushes. */
export interface ServedRepository extends AsyncDisposable {
  readonly repository: Repository;
  /** `git://127.0.0.1:PORT/remote.git` */
  readonly url: string;
  /** Sets a hook to a shell script; `undefined` removes it. */
  readonly hook: (name: string, script: string | undefined) => void;
}

export async function serveRepository(
  git: string,
  files: Readonly<Record<string, string>>,
): Promise<ServedRepository> {
  const repository = startRepository(files);
  const port = await closedPort();
  const { stop } = await startServer(
    git,
    [
      ...['daemon', '--export-all', '--enable=receive-pack', '--reuseaddr'],
      ...['--listen=127.0.0.1', `--port=${port}`, `--base-path=${dirname(repository.remote)}`],
    ],
    { ready: { port, host: '127.0.0.1' } },
  );
  return {
    repository,
    url: `git://127.0.0.1:${port}/remote.git`,
    hook: (name, script) => {
      const file = join(repository.remote, 'hooks', name);
      mkdirSync(dirname(file), { recursive: true });
      rmSync(file, { force: true });
      if (script === undefined) return;
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      repository[Symbol.dispose]();
    },
  };
}
