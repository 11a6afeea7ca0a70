import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { CacheEntry } from '../github/records.ts';

/** The GitHub Actions cache service (version 2) on 127.0.0.1, for one branch. */
export interface LocalCache extends AsyncDisposable {
  /** The variables that the runner sets for a job with cache access. */
  readonly env: Readonly<Record<string, string>>;
  /** The keys of the entries, oldest first. */
  readonly keys: () => readonly string[];
  /** Rejects new entries, as for a run with low trust. */
  readonly refuseWrites: () => void;
  /** Removes an entry. */
  readonly evict: (key: string) => void;
}

/** The branch of the job. */
const BRANCH = 'refs/heads/main';
const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/';

/** @param entries of the local GitHub, to list and delete them through its API */
export async function startLocalCache(entries: CacheEntry[] = []): Promise<LocalCache> {
  let rejectsWrites = false;

  const nextId = () => Math.max(0, ...entries.map(({ id }) => id)) + 1;

  const create = ({ key, version }: CacheRequest) => {
    const exists = entries.some((entry) => entry.key === key && entry.version === version);
    if (rejectsWrites)
      return { status: 200, body: { ok: false, message: 'cache write denied: read' } };
    if (exists) return { status: 409, body: { code: 'already_exists', msg: 'entry exists' } };
    const entry = {
      ...{ id: nextId(), key, version, ref: BRANCH, createdAt: Date.now() },
      ...{ content: Buffer.alloc(0), isFinished: false },
    };
    entries.push(entry);
    return { status: 200, body: { ok: true, signed_upload_url: `${url}/blobs/${entry.id}` } };
  };
  const finish = ({ key, version }: CacheRequest) => {
    const entry = entries.find((one) => one.key === key && one.version === version);
    if (entry) entry.isFinished = true;
    return { status: 200, body: { ok: entry !== undefined, entry_id: String(entry?.id ?? 0) } };
  };
  const find = ({ key, version, restore_keys: prefixes = [] }: CacheRequest) => {
    const finished = entries.filter(
      (entry) => entry.isFinished && entry.version === version && entry.ref === BRANCH,
    );
    const entry =
      finished.find((one) => one.key === key) ??
      prefixes
        .map((prefix) => finished.findLast((one) => one.key.startsWith(prefix)))
        .find((one) => one !== undefined);
    if (entry === undefined) return { status: 200, body: { ok: false } };
    const signed = `${url}/blobs/${entry.id}`;
    return {
      status: 200,
      body: { ok: true, signed_download_url: signed, matched_key: entry.key },
    };
  };
  const methods: Readonly<
    Record<string, (request: CacheRequest) => { status: number; body: unknown }>
  > = {
    CreateCacheEntry: create,
    FinalizeCacheEntryUpload: finish,
    GetCacheEntryDownloadURL: find,
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const method = methods[path.replace(SERVICE, '')];
    if (method) {
      const { status, body } = method((await json(request)) as CacheRequest);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
      return;
    }
    const entry = entries.find(({ id }) => path === `/blobs/${id}`);
    if (entry && request.method === 'PUT') {
      entry.content = Buffer.concat(await request.toArray());
      response.writeHead(201, { etag: '"1"', 'last-modified': new Date().toUTCString() }).end();
    } else if (entry) {
      response.writeHead(200, { 'content-length': entry.content.length });
      response.end(request.method === 'HEAD' ? undefined : entry.content);
    } else {
      response.writeHead(404).end();
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.writeHead(500).end(JSON.stringify({ msg: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: {
      ACTIONS_CACHE_SERVICE_V2: 'true',
      ACTIONS_RESULTS_URL: `${url}/`,
      ACTIONS_RUNTIME_TOKEN: 'local-cache-token',
    },
    keys: () => entries.filter(({ isFinished }) => isFinished).map(({ key }) => key),
    refuseWrites: () => {
      rejectsWrites = true;
    },
    evict: (key) => {
      const index = entries.findIndex((entry) => entry.key === key);
      if (index >= 0) entries.splice(index, 1);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface CacheRequest {
  readonly key: string;
  readonly version: string;
  readonly restore_keys?: readonly string[];
}
