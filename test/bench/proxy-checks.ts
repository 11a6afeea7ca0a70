import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';
import { closedPort } from '@repo/testkit/faults/unreachable';
import type { Benchmark, Table } from './benchmark.ts';

const CHECKS = 2_000;
const REFUSED = 24_000;
const HELD = 4_000;
const ROUNDS = 5;

export const benchmark: Benchmark = {
  title: 'proxy-retest: checks through the built-in proxy client',
  method: `Proxy and target run in one process, the client in another, on the loopback interface; the CPU time of the client is measured after 200 warm-up checks. ${CHECKS} checks through CONNECT and TLS, 32 at a time, each through a proxy that is new to the client; medians of ${ROUNDS} rounds in turns. The peer is https-proxy-agent with \`https.get\`, one agent per proxy, and the same TLS context. ${REFUSED} endpoints on ${REFUSED} addresses without a listener, 256 at a time. ${HELD} sockets held by a proxy that does not respond: heap and buffers after a garbage collection, and resident memory.`,
  run: measure,
};

interface Ports {
  readonly target: number;
  readonly proxy: number;
  readonly hung: number;
}

async function measure(): Promise<Table> {
  const servers = spawn(process.execPath, [script('servers.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ports = await portsOf(servers);
    const own: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      own.push(client('own', CHECKS, ports.proxy, ports.target).cpuMs ?? Number.NaN);
      peer.push(client('peer', CHECKS, ports.proxy, ports.target).cpuMs ?? Number.NaN);
    }
    const closed = await closedPort();
    const rates = Array.from({ length: 3 }, () => {
      const { wallMs = Number.NaN } = client('refused', REFUSED, closed, ports.target);
      return REFUSED / (wallMs / 1_000);
    });
    const held = client('held', HELD, ports.hung, ports.target);
    const ratio = median(own) / median(peer);
    return {
      columns: ['Measure', 'proxy-retest', 'Peer', 'Target'],
      rows: [
        [
          'check through CONNECT and TLS, CPU ms',
          median(own).toFixed(2),
          `${median(peer).toFixed(2)} (https-proxy-agent), × ${ratio.toFixed(2)}`,
          '≤ 0.7 ms, or × ≤ 0.6',
        ],
        [`${REFUSED} refused endpoints, per second`, median(rates).toFixed(0), '', '≥ 5,000'],
        [
          'held socket, KB of heap and buffers',
          ((held.bytes ?? Number.NaN) / 1_024).toFixed(1),
          '',
          '≤ 6',
        ],
        ['held socket, KB resident', ((held.rss ?? Number.NaN) / 1_024).toFixed(1), '', ''],
      ],
    };
  } finally {
    servers.kill();
  }
}

function client(what: string, ...numbers: readonly number[]): Readonly<Record<string, number>> {
  const args = ['--expose-gc', script('client.ts'), what, ...numbers.map(String)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the client failed: ${stderr.slice(0, 2_000)}`);
  return JSON.parse(stdout);
}

async function portsOf(servers: ChildProcess): Promise<Ports> {
  if (servers.stdout === null) throw new Error('the servers have no output');
  const [line] = await once(createInterface({ input: servers.stdout }), 'line');
  return JSON.parse(line);
}

function script(name: string): string {
  return fileURLToPath(new URL(`proxy/${name}`, import.meta.url));
}
