import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { json } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';

/** A small local shop: a file with the current release, a SQLite database, a server. */
export interface Shop extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  /** Deploys a release, as a deploy script does. */
  readonly deploy: (release: Release) => void;
}

/** A release and its database migration. */
export interface Release {
  readonly version: string;
  readonly sha: string;
  readonly migration: string;
}

export async function startShop(folder: string): Promise<Shop> {
  const database = join(folder, 'shop.db');
  const stamp = join(folder, 'app/release.json');
  mkdirSync(join(folder, 'app'));
  // Reads the disk for each request, so that restored files take effect immediately.
  const server = await startHttpServer({
    script: (exchange) => {
      const release = JSON.parse(readFileSync(stamp, 'utf8')) as object;
      try {
        using db = new DatabaseSync(database, { readOnly: true });
        const row = db.prepare('select count(*) as orders from orders').get();
        return json({ status: 'ok', ...release, orders: row?.orders })(exchange);
      } catch (error) {
        return json({ status: 'broken', ...release, error: String(error) }, 500)(exchange);
      }
    },
  });
  return {
    url: server.url,
    folder,
    deploy: ({ version, sha, migration }) => {
      writeFileSync(stamp, JSON.stringify({ version, sha }));
      using db = new DatabaseSync(database);
      db.exec(migration);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
