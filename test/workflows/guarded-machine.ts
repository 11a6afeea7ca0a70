import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';

/** A self-hosted machine with a site on its disk and a server for it. */
export interface Machine extends AsyncDisposable {
  readonly folder: string;
  readonly server: HttpServer;
  readonly site: () => Promise<string>;
}

/** Starts a machine that serves the healthy release `zero`. */
export async function startMachine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'machine-'));
  const index = join(folder, 'site/index.json');
  await mkdir(join(folder, 'site'));
  await writeFile(index, JSON.stringify({ release: 'zero', healthy: true }));
  const server = await startHttpServer({
    script: async ({ response }) => {
      const text = await readFile(index, 'utf8').catch(() => '{}');
      response.writeHead(JSON.parse(text).healthy ? 200 : 500).end(text);
    },
  });
  return {
    folder,
    server,
    site: async () => JSON.parse(await readFile(index, 'utf8')).release,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Deploys `release.json` to the machine in the first argument. Fails if the release is broken. */
export const DEPLOY =
  '#!/bin/bash\nset -eu\ncp release.json "$1/site/index.json"\ntest ! -e broken\n';
/** The files of a release. */
export const release = (name: string, healthy = true) => ({
  'release.json': JSON.stringify({ release: name, healthy }),
});
