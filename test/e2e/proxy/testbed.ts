import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import type { ProxyOptions } from '@repo/testkit/proxies/proxy-request';
import { type ProxyServer, startProxy } from '@repo/testkit/proxies/proxy-server';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';

const action = fileURLToPath(new URL('../../../actions/proxy-retest', import.meta.url));
export const pem = certificates();

/** Two targets and a workspace for runs of the bundle; disposing it stops everything. */
export interface Testbed extends AsyncDisposable {
  readonly folder: string;
  readonly targets: readonly HttpServer[];
  /** Inputs that select the targets of this testbed. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly proxy: (options: ProxyOptions) => Promise<ProxyServer>;
  readonly write: (name: string, text: string | Buffer) => Promise<void>;
  readonly read: (name: string) => Promise<string>;
  /** Runs the action, by default on `proxies.json`. */
  readonly run: (
    inputs?: Readonly<Record<string, string>>,
    options?: Partial<RunActionOptions>,
  ) => Promise<RunResult>;
}

export async function startTestbed(): Promise<Testbed> {
  const folder = await mkdtemp(join(tmpdir(), 'proxies-'));
  const tls = { pair: pem.good };
  const targets = [
    await startHttpServer({ script: respond(204), tls }),
    await startHttpServer({ script: respond(204), tls }),
  ];
  const started: AsyncDisposable[] = [...targets];
  const inputs = {
    list: 'proxies.json',
    targets: targets.map(({ url }) => `${url}/`).join('\n'),
    'ca-file': pem.ca.certFile,
    'allow-private': 'true',
    budget: '1m',
    engine: 'none',
  };
  return {
    folder,
    targets,
    inputs,
    proxy: async (options) => {
      const proxy = await startProxy({ pair: pem.good, ...options });
      started.push(proxy);
      return proxy;
    },
    write: (name, text) => writeFile(join(folder, name), text),
    read: (name) => readFile(join(folder, name), 'utf8'),
    run: (given = {}, options = {}) =>
      runAction({ action, with: { ...inputs, ...given }, cwd: folder, ...options }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map((one) => one[Symbol.asyncDispose]()));
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A record in the format of ConfigStream. */
export function record(config: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    config,
    protocol: 'http',
    address: '127.0.0.1',
    port: 1,
    latency: 400.5,
    country: 'Türkiye',
    country_code: 'TR',
    city: 'Izmir',
    remarks: 'n708',
    is_working: true,
    security_issues: [],
    tested_at: '2025-10-25T05:27:49.858144+00:00',
    ...changes,
  };
}

/** The list in the format of Python's `json.dump(…, indent=1)`. */
export function listText(records: readonly object[]): string {
  return JSON.stringify(records, undefined, 1).replace(
    /[^\0-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
