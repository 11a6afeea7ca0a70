import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { exec } from '@repo/core/process/exec';
import { median } from '@repo/statistics/median';
import { certificates } from '@repo/testkit/certificates/certificates';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import type { Vless } from '../../actions/proxy-retest/src/endpoint/endpoint.ts';
import { createSingBox as engineOf } from '../../actions/proxy-retest/src/engine/sing-box.ts';
import { formatShareLink } from '../../actions/proxy-retest/src/share-link/share-link.ts';
import { freePort } from '../real/free-port.ts';
import { singBox } from '../real/proxy-engines.ts';
import { startServer } from '../real/server-process.ts';
import type { Benchmark, Table } from './benchmark.ts';
import { actionEnvironment, measureCost } from './process.ts';

const ENDPOINTS = 1_000;
const ALONE = 40;
const ROUNDS = 3;

export const benchmark: Benchmark = {
  title: `proxy-retest: ${ENDPOINTS} VLESS endpoints through one sing-box`,
  method: `Engine, server (sing-box with one user per endpoint), target (HTTPS with a new or resumed TLS handshake per request) and the bundle run on one machine. Medians of ${ROUNDS} rounds. The peer is a common script: one sing-box process per endpoint and curl through it, 4 at a time, for ${ALONE} endpoints.`,
  run: measure,
};

async function measure(): Promise<Table> {
  if (singBox.path === undefined) throw new Error(`sing-box is not installed ${singBox.needs}`);
  const folder = mkdtempSync(join(tmpdir(), 'bench-engine-'));
  const target = await startTarget();
  const users = Array.from({ length: ENDPOINTS }, () => randomUUID());
  const server = await startVless(folder, users);
  try {
    const endpoints = users.map((uuid) => readEndpoint(uuid, server.port));
    const open = await times(ROUNDS, () => openMs(endpoints));
    const whole = await times(ROUNDS, () => bundleRate(folder, endpoints, target.urls));
    const alone = await times(ROUNDS, () => aloneRate(folder, endpoints, target.urls[0] ?? ''));
    const [own, peer] = [median(whole), median(alone)];
    return {
      columns: ['Measure', 'proxy-retest', 'Target or peer', 'Ratio'],
      rows: [
        ['1,000 outbounds checked and started, ms', median(open).toFixed(0), '–', '–'],
        ['checks/s', own.toFixed(0), '≥ 300', `× ${(own / 300).toFixed(2)}`],
        [
          'checks/s',
          own.toFixed(0),
          `${peer.toFixed(1)} (one process per endpoint)`,
          `× ${(own / peer).toFixed(1)}`,
        ],
      ],
    };
  } finally {
    await server.stop();
    target.stop();
    rmSync(folder, { recursive: true });
  }
}

async function times(count: number, one: () => Promise<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let round = 0; round < count; round++) all.push(await one());
  return all;
}

function readEndpoint(uuid: string, port: number): Vless {
  return {
    protocol: 'vless',
    host: '127.0.0.1',
    port,
    uuid,
    flow: '',
    tls: undefined,
    transport: { kind: 'tcp' },
  };
}

/** Time in ms from the list of endpoints to the first route that is ready. */
async function openMs(endpoints: readonly Vless[]): Promise<number> {
  const { signal } = new AbortController();
  const program = { path: singBox.path ?? '', environment: {} };
  const engine = await engineOf(program, { exec, caFile: '', signal });
  const start = performance.now();
  const session = await engine.open(endpoints, {
    findAddress: (address) => ({ ok: true, address }),
    connectTimeoutMs: 5_000,
    signal,
  });
  const route = await session.route(0);
  const ms = performance.now() - start;
  await session.close();
  if (route.kind !== 'ready') throw new Error(route.failure.message);
  return ms;
}

/** Checks per second of a whole run of the bundle, from reading the list to writing it. */
async function bundleRate(
  folder: string,
  endpoints: readonly Vless[],
  urls: readonly string[],
): Promise<number> {
  const action = fileURLToPath(new URL('../../actions/proxy-retest', import.meta.url));
  const { inputs } = await readActionManifest(action);
  const report = join(folder, 'report.json');
  const list = join(folder, 'list.txt');
  writeFileSync(
    list,
    endpoints.map((endpoint) => `${formatShareLink({ endpoint, remarks: '' })}\n`).join(''),
  );
  rmSync(`${list}.state.ndjson`, { force: true });
  const env = actionEnvironment(folder, inputs, {
    list: 'list.txt',
    select: 'all',
    targets: urls.join('\n'),
    'ca-file': certificates().ca.certFile,
    'allow-private': 'true',
    'per-host': '64',
    concurrency: '64',
    'engine-path': singBox.path ?? '',
    'report-file': report,
  });
  measureCost([process.execPath, join(action, 'dist/index.js')], env);
  const { result } = JSON.parse(readFileSync(report, 'utf8'));
  if (result.stats.alive !== ENDPOINTS) {
    throw new Error(`only ${result.stats.alive} of ${ENDPOINTS} were alive`);
  }
  return result.testedPerSecond;
}

async function aloneRate(
  folder: string,
  endpoints: readonly Vless[],
  url: string,
): Promise<number> {
  const start = performance.now();
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < ALONE; index = next++) {
      const endpoint = endpoints[index];
      if (endpoint) await alone(join(folder, `alone-${index}.json`), endpoint, url);
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return ALONE / ((performance.now() - start) / 1_000);
}

async function alone(file: string, { uuid, port }: Vless, url: string): Promise<void> {
  const local = await freePort();
  const config = {
    log: { disabled: true },
    inbounds: [{ type: 'mixed', listen: '127.0.0.1', listen_port: local }],
    outbounds: [{ type: 'vless', server: '127.0.0.1', server_port: port, uuid }],
  };
  writeFileSync(file, JSON.stringify(config));
  const engine = await startServer(singBox.path ?? '', ['run', '-c', file], {
    ready: { host: '127.0.0.1', port: local },
  });
  const curl = spawn('curl', [
    ...['-s', '-f', '--cacert', certificates().ca.certFile],
    ...['--socks5-hostname', `127.0.0.1:${local}`, url],
  ]);
  await once(curl, 'exit');
  await engine.stop();
  if (curl.exitCode !== 0) throw new Error('curl received no response');
}

async function startVless(folder: string, users: readonly string[]) {
  const port = await freePort();
  const file = join(folder, 'server.json');
  const config = {
    log: { disabled: true },
    inbounds: [
      {
        type: 'vless',
        listen: '127.0.0.1',
        listen_port: port,
        users: users.map((uuid) => ({ uuid })),
      },
    ],
    outbounds: [{ type: 'direct', tag: 'direct' }],
    dns: { servers: [{ type: 'local', tag: 'local' }] },
    route: { default_domain_resolver: 'local' },
  };
  writeFileSync(file, JSON.stringify(config));
  const server = await startServer(singBox.path ?? '', ['run', '-c', file], {
    ready: { host: '127.0.0.1', port },
  });
  return { ...server, port };
}

const TARGET = `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
const [cert, key] = process.argv.slice(1).map((file) => readFileSync(file));
for (const _ of [1, 2]) {
  const server = createServer({ cert, key }, (_request, response) => response.writeHead(204).end());
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}
`;

/** Two targets in a separate process. */
async function startTarget() {
  const { certFile, keyFile } = certificates().good;
  const child = spawn(process.execPath, ['--input-type=module', '-e', TARGET, certFile, keyFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const urls: string[] = [];
  for await (const port of createInterface(child.stdout)) {
    urls.push(`https://localhost:${port}/`);
    if (urls.length === 2) break;
  }
  return { urls, stop: () => child.kill() };
}
