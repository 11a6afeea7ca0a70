import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { slots } from '@repo/core/process/slots';
import { connectDocker, type Docker } from '@repo/docker/client';
import { dockerHost } from '@repo/docker/endpoint';
import { removeNetwork } from '@repo/docker/networks';
import { requestJson } from '@repo/docker/requests';
import { median } from '@repo/statistics/median';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { cleanupAction } from '../real/docker-cleanup.ts';
import { CLEANUP_SCRIPT } from '../real/docker-cleanup-script.ts';
import { startDockerd } from '../real/dockerd.ts';
import { startRelay } from '../real/relay.ts';
import type { Benchmark, Table } from './benchmark.ts';

const execute = promisify(execFile);

/** The objects that a test run leaves. */
const LEFT = { containers: 100, volumes: 50, images: 30, networks: 10 };
const ROUNDS = { local: 9, remote: 3 };
/** In one direction; the round trip is twice this. */
const DELAY_MS = 15;
const LABELS = { environment: 'testing' };

export const benchmark: Benchmark = {
  title: 'docker-label-cleanup: clean up after a test run (wall time)',
  method: `${LEFT.containers} created containers, ${LEFT.volumes} volumes, ${LEFT.images} images and ${LEFT.networks} networks on the Docker of docker.io, removed by the hand-written script and by the action in turns. Medians of ${ROUNDS.local} rounds on the daemon's socket and ${ROUNDS.remote} rounds through a relay with ${2 * DELAY_MS} ms of round trip. The docker CLI takes most of the script's time, so the script runs with each installed CLI. "Networks alone" is the time that the daemon needs to remove the networks, one after the other, for any client.`,
  run: measure,
};

async function measure(): Promise<Table> {
  await using disk = await startDockerd();
  // Without the influence of the machine's disk.
  await using memory = await startDockerd({ diskBytes: 2 ** 30 });
  const clis = await dockerClis();
  const rows: string[][] = [];
  for (const { place, daemon, rounds, target, delayMs, left } of [
    { place: 'local', daemon: disk, rounds: ROUNDS.local, target: 1.5, left: LEFT },
    {
      place: 'local, without networks',
      daemon: disk,
      rounds: ROUNDS.local,
      target: 1.5,
      left: { ...LEFT, networks: 0 },
    },
    { place: 'local, in memory', daemon: memory, rounds: ROUNDS.local, target: 1.5, left: LEFT },
    {
      place: '30 ms of round trip',
      daemon: disk,
      rounds: ROUNDS.remote,
      target: 5,
      delayMs: DELAY_MS,
      left: LEFT,
    },
  ]) {
    using docker = await connectDocker(dockerHost().parse(daemon.host));
    await using relay =
      delayMs === undefined
        ? undefined
        : await startRelay(daemon.host.slice('unix://'.length), delayMs);
    const host = relay ? `tcp://127.0.0.1:${relay.port}` : daemon.host;
    for (const cli of clis) {
      const times = { script: [] as number[], action: [] as number[], networks: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        // In turns, with alternating order.
        for (const tool of round % 2 === 0
          ? (['script', 'action'] as const)
          : (['action', 'script'] as const)) {
          await fill(docker, left);
          const ms = await (tool === 'script' ? timeScript(host, cli.folder) : timeAction(host));
          times[tool].push(ms);
          await expectClean(docker);
        }
        await fill(docker, { ...left, containers: 0 });
        times.networks.push(await timeNetworks(docker, left.networks));
        await timeAction(host);
      }
      const [script, action, networks] = [times.script, times.action, times.networks].map(
        (ms) => median(ms) / 1_000,
      ) as [number, number, number];
      const faster = script / action;
      rows.push([
        place,
        cli.version,
        script.toFixed(2),
        action.toFixed(2),
        networks.toFixed(2),
        `${faster.toFixed(2)} ×`,
        `≥ ${target} ×`,
        faster >= target ? 'yes' : 'no',
      ]);
    }
  }
  return {
    columns: [
      'Daemon',
      'docker CLI',
      'Script, s',
      'Action, s',
      'Networks alone, s',
      'Speed-up',
      'Target',
      'Met',
    ],
    rows,
  };
}

/** The docker CLI of docker.io, and the one of PATH if its version differs. */
async function dockerClis(): Promise<readonly { folder: string; version: string }[]> {
  const found = new Map<string, string>();
  for (const folder of ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]) {
    try {
      const { stdout } = await execute(join(folder, 'docker'), ['--version']);
      const version = /version ([^,\s]+)/.exec(stdout)?.[1] ?? 'unknown';
      if (![...found.values()].includes(version)) found.set(folder, version);
    } catch {
      // This folder has no docker CLI.
    }
  }
  return [...found].map(([folder, version]) => ({ folder, version }));
}

/** The time in ms that the daemon takes to remove unused networks that are requested at once. */
async function timeNetworks(docker: Docker, count: number): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, number) => removeNetwork(docker, `net-${number}`)),
  );
  return performance.now() - start;
}

/** Creates the objects: the ten containers of a network use three images and five volumes. */
async function fill(docker: Docker, left = LEFT): Promise<void> {
  const { take } = slots(8);
  const make = (count: number, one: (number: number) => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, (_, number) => take(() => one(number))));
  await make(left.images, (number) =>
    docker.request({
      method: 'POST',
      path: '/images/create',
      query: {
        fromSrc: '-',
        repo: 'app',
        tag: `testing-${number}`,
        changes: 'LABEL environment=testing',
      },
      body: emptyArchive(`file-${number}-${process.hrtime.bigint()}`),
      headers: { 'content-type': 'application/x-tar' },
    }),
  );
  await make(left.networks, (number) =>
    requestJson(docker, {
      method: 'POST',
      path: '/networks/create',
      body: { Name: `net-${number}`, Internal: true, Labels: LABELS },
    }),
  );
  await make(left.volumes, (number) =>
    requestJson(docker, {
      method: 'POST',
      path: '/volumes/create',
      body: { Name: `volume-${number}`, Labels: LABELS },
    }),
  );
  await make(left.containers, (number) =>
    requestJson(docker, {
      method: 'POST',
      path: '/containers/create',
      query: { name: `test-${number}` },
      body: {
        Image: `app:testing-${Math.floor((number * left.images) / left.containers)}`,
        Cmd: ['sleep'],
        Labels: LABELS,
        HostConfig: {
          NetworkMode:
            left.networks === 0
              ? 'none'
              : `net-${Math.floor((number * left.networks) / left.containers)}`,
          Binds: [`volume-${Math.floor((number * left.volumes) / left.containers)}:/data`],
        },
      },
    }),
  );
}

/** A tool that leaves objects has not done the measured work. */
async function expectClean(docker: Docker): Promise<void> {
  const filters = { label: ['environment=testing'] };
  const [containers, images, networks, volumes] = (await Promise.all([
    requestJson(docker, { path: '/containers/json', query: { all: true, filters } }),
    requestJson(docker, { path: '/images/json', query: { filters } }),
    requestJson(docker, { path: '/networks', query: { filters } }),
    requestJson(docker, { path: '/volumes', query: { filters } }),
  ])) as [unknown[], unknown[], unknown[], { Volumes: unknown[] | null }];
  const left = [containers, images, networks, volumes.Volumes ?? []].map(({ length }) => length);
  if (left.some((count) => count > 0)) throw new Error(`objects are left: ${left.join(', ')}`);
}

function timeScript(host: string, folder: string): Promise<number> {
  const env = { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`, DOCKER_HOST: host };
  return timed('bash', ['-c', CLEANUP_SCRIPT], env);
}

async function timeAction(host: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-cleanup-'));
  try {
    const given: Readonly<Record<string, string>> = { host, labels: 'environment=testing' };
    const { inputs } = await readActionManifest(cleanupAction);
    const files = Object.fromEntries(
      ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(folder, name)]),
    );
    await Promise.all(Object.values(files).map((path) => writeFile(path, '')));
    const env = {
      PATH: process.env.PATH ?? '',
      RUNNER_TEMP: folder,
      ...files,
      ...Object.fromEntries(
        inputs.map(({ name, default: preset = '' }) => [
          `INPUT_${name.toUpperCase()}`,
          given[name] ?? preset,
        ]),
      ),
    };
    return await timed(process.execPath, [join(cleanupAction, 'dist/index.js')], env);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const start = performance.now();
  const child = spawn(program, args, { env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return performance.now() - start;
}

/** A tar archive (POSIX ustar) with one empty file, to make each image unique. */
function emptyArchive(name: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write('00000000000\0', 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.alloc(1_024)]);
}
