import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import type { Benchmark, Table } from './benchmark.ts';
import { startBlackbox } from './blackbox.ts';
import { actionEnvironment, measureCost, type ProcessCost } from './process.ts';

const CHECKS = 1_000;
const ROUNDS = 5;
const ATTEMPTS = 50;

export const benchmark: Benchmark = {
  title: `health-check: ${CHECKS} HTTP checks, and the latency of one check`,
  method: `A small server in a separate process, on the loopback interface. "1,000 checks": whole processes, medians of ${ROUNDS} rounds in turns. The plain loop is \`http.get\` with one connection per request, 8 at a time, like the default of the action. "One check" is the cost of 1,000 checks minus the cost of 1, divided by 999. Latency: medians of ${ATTEMPTS} values as reported by each tool; one process per "single check" and per curl, in turns, and one process for the other rows.`,
  run: measure,
};

async function measure(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-http-'));
  const server = await startServer();
  try {
    const cases = await casesOf(folder, server.url);
    const spent = cases.map(() => [] as ProcessCost[]);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, one] of cases.entries())
        spent[index]?.push(measureCost(one.argv, one.env));
    }
    const [many, one, plainMany, plainOne] = spent.map((all) => ({
      cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
      wallMs: median(all.map(({ wallMs }) => wallMs)),
    }));
    if (!many || !one || !plainMany || !plainOne) throw new Error('a case was not measured');
    const own = (many.cpuMs - one.cpuMs) / (CHECKS - 1);
    const plain = (plainMany.cpuMs - plainOne.cpuMs) / (CHECKS - 1);
    const latency = await latencies(folder, server.url);
    return {
      columns: ['Measure', 'health-check', 'Peer', 'Ratio or difference'],
      rows: [
        row('1,000 checks, CPU ms', many.cpuMs, plainMany.cpuMs, 'plain loop'),
        row('1,000 checks, wall ms', many.wallMs, plainMany.wallMs, 'plain loop'),
        row('one check, CPU ms', own, plain, 'plain loop'),
        latencyRow('latency of a single check, ms', latency.single, latency.curl, 'curl -w'),
        latencyRow(
          `median latency of ${ATTEMPTS} attempts in one run, ms`,
          latency.window,
          latency.blackbox,
          'blackbox_exporter',
        ),
      ],
    };
  } finally {
    server.stop();
    rmSync(folder, { recursive: true });
  }
}

function row(what: string, own: number, peer: number, name: string): readonly string[] {
  return [what, own.toFixed(2), `${peer.toFixed(2)} (${name})`, `× ${(own / peer).toFixed(2)}`];
}

function latencyRow(what: string, own: number, peer: number | undefined, name: string) {
  if (peer === undefined) return [what, own.toFixed(2), `${name} is not installed`, ''];
  return [what, own.toFixed(2), `${peer.toFixed(2)} (${name})`, `${(own - peer).toFixed(2)} ms`];
}

async function casesOf(folder: string, url: string) {
  const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
  const { inputs } = await readActionManifest(action);
  const bundle = [process.execPath, join(action, 'dist/index.js')];
  const env = (count: number) => {
    const config = join(folder, `${count}.json`);
    const checks = Array.from({ length: count }, (_, index) => ({
      name: `check ${index}`,
      http: { url: `${url}/${index}` },
      expect: 'status == 200',
    }));
    writeFileSync(config, JSON.stringify({ checks }));
    return actionEnvironment(folder, inputs, { config });
  };
  const loop = (count: number) => [
    process.execPath,
    '--input-type=module',
    '-e',
    LOOP,
    url,
    `${count}`,
  ];
  const plainEnv = { PATH: process.env.PATH ?? '' };
  return [
    { argv: bundle, env: env(CHECKS) },
    { argv: bundle, env: env(1) },
    { argv: loop(CHECKS), env: plainEnv },
    { argv: loop(1), env: plainEnv },
  ];
}

const LOOP = `
import { get } from 'node:http';
const [url, count] = process.argv.slice(1);
let next = 0;
const worker = async () => {
  while (next < Number(count)) {
    const path = next++;
    await new Promise((resolve, reject) => {
      get(url + '/' + path, { agent: false }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error())));
      }).on('error', reject);
    });
  }
};
await Promise.all(Array.from({ length: 8 }, worker));
`;

interface Latencies {
  /** Of a run with one attempt. */
  readonly single: number;
  /** Median of many attempts in one run. */
  readonly window: number;
  readonly curl: number;
  readonly blackbox: number | undefined;
}

/** Median total times of a request in ms, as reported by each tool. */
async function latencies(folder: string, url: string): Promise<Latencies> {
  const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
  const { inputs } = await readActionManifest(action);
  const report = join(folder, 'report.json');
  const ask = (given: Readonly<Record<string, string>>): number => {
    const env = actionEnvironment(folder, inputs, { url, 'report-file': report, ...given });
    measureCost([process.execPath, join(action, 'dist/index.js')], env);
    return JSON.parse(readFileSync(report, 'utf8')).result.checks[0].latency.total.p50;
  };
  const own: number[] = [];
  const curl: number[] = [];
  // In turns: a busy moment of the machine affects both.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    own.push(ask({}));
    const { stdout } = measureCost(['curl', '-s', '-o', '/dev/null', '-w', '%{time_total}', url], {
      PATH: process.env.PATH ?? '',
    });
    curl.push(Number(stdout.trim().split('\n')[0]) * 1_000);
  }
  await using blackbox = await startBlackbox(folder);
  return {
    single: median(own),
    window: ask({ interval: '5ms', 'success-threshold': String(ATTEMPTS) }),
    curl: median(curl),
    blackbox: blackbox && (await blackbox.latency(url, ATTEMPTS)),
  };
}

const SERVER = `
import { createServer } from 'node:http';
const server = createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

async function startServer() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface(child.stdout), 'line');
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}
