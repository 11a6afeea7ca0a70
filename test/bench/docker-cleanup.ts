import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slots } from '@repo/core/slots';
import { requestJson } from '@repo/docker/answers';
import { connectDocker, type Docker } from '@repo/docker/client';
import { removeContainer } from '@repo/docker/containers';
import { dockerHost } from '@repo/docker/endpoint';
import { removeImage } from '@repo/docker/images';
import { removeNetwork } from '@repo/docker/networks';
import { removeVolume } from '@repo/docker/volumes';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { cleanupAction } from '../real/docker-cleanup.ts';
import { CLEANUP_SCRIPT } from '../real/docker-cleanup-script.ts';
import { startDockerd } from '../real/dockerd.ts';
import { startRelay } from '../real/relay.ts';
import { type Benchmark, median, type Table } from './benchmark.ts';

/** What a test run leaves, as the design has it. */
const LEFT = { containers: 100, volumes: 50, images: 30, networks: 10 };
const ROUNDS = { local: 9, remote: 3 };
/** One way; the round trip is twice that. */
const DELAY_MS = 15;
const LABELS = { environment: 'testing' };

export const benchmark: Benchmark = {
  title: 'Cleaning up after a test run (wall time)',
  method: `${LEFT.containers} created containers, ${LEFT.volumes} volumes, ${LEFT.images} images and ${LEFT.networks} networks on a real Docker that stores in memory, removed by the hand-written script and by the action in turns; medians of ${ROUNDS.local} rounds on the daemon's socket and ${ROUNDS.remote} through a relay with ${2 * DELAY_MS} ms of round trip. "Daemon's part": the removals alone, asked for at once on its socket by a client that is there already, and looks at nothing.`,
  run: measure,
};

async function measure(): Promise<Table> {
  // In memory: how fast this machine's disk syncs is the same for both, and hides what they do.
  await using daemon = await startDockerd({ diskBytes: 2 ** 30 });
  await daemon.importBusybox('box:1');
  await using relay = await startRelay(daemon.host.slice('unix://'.length), DELAY_MS);
  using docker = await connectDocker(dockerHost().parse(daemon.host));
  const rows: string[][] = [];
  for (const { place, host, rounds, target, left } of [
    { place: 'local', host: daemon.host, rounds: ROUNDS.local, target: 1.5, left: LEFT },
    {
      place: 'local, without networks',
      host: daemon.host,
      rounds: ROUNDS.local,
      target: 1.5,
      left: { ...LEFT, networks: 0 },
    },
    {
      place: '30 ms away',
      host: `tcp://127.0.0.1:${relay.port}`,
      rounds: ROUNDS.remote,
      target: 5,
      left: LEFT,
    },
  ]) {
    const times = { script: [] as number[], action: [] as number[], alone: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      // In turns, and not always the same one first.
      for (const who of round % 2 === 0
        ? (['script', 'action'] as const)
        : (['action', 'script'] as const)) {
        await fill(docker, left);
        const ms = await (who === 'script' ? timeScript(host) : timeAction(host));
        times[who].push(ms);
        await expectClean(docker);
      }
      await fill(docker, left);
      times.alone.push(await timeDaemonAlone(docker, left));
    }
    const [script, action] = [median(times.script), median(times.action)];
    const alone = median(times.alone);
    const faster = script / action;
    rows.push([
      place,
      (script / 1_000).toFixed(2),
      (action / 1_000).toFixed(2),
      (alone / 1_000).toFixed(2),
      `${faster.toFixed(2)} ×`,
      `≥ ${target} ×`,
      faster >= target
        ? 'yes'
        : `no: most of either is the daemon's own part, and no client could be more than ${(script / alone).toFixed(2)} × faster`,
    ]);
  }
  return {
    columns: ['daemon', 'script, s', 'action, s', "daemon's part, s", 'faster', 'target', 'met'],
    rows,
  };
}

/** How long the daemon takes for the removals when it is asked for all at once, and for nothing else, ms. */
async function timeDaemonAlone(docker: Docker, left: typeof LEFT): Promise<number> {
  const { take } = slots(8);
  const start = performance.now();
  const all = (count: number, one: (number: number) => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, (_, number) => take(() => one(number))));
  await all(left.containers, (number) =>
    removeContainer(docker, `test-${number}`, { force: true, volumes: true }),
  );
  await Promise.all([
    all(left.networks, (number) => removeNetwork(docker, `net-${number}`)),
    all(left.volumes, (number) => removeVolume(docker, `volume-${number}`)),
    all(left.images, (number) => removeImage(docker, `app:testing-${number}`)),
  ]);
  return performance.now() - start;
}

/** As tests leave it: the ten containers of a network use three images and five volumes. */
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

/** Whoever leaves something has not done the work that is timed. */
async function expectClean(docker: Docker): Promise<void> {
  const filters = { label: ['environment=testing'] };
  const [containers, images, networks, volumes] = (await Promise.all([
    requestJson(docker, { path: '/containers/json', query: { all: true, filters } }),
    requestJson(docker, { path: '/images/json', query: { filters } }),
    requestJson(docker, { path: '/networks', query: { filters } }),
    requestJson(docker, { path: '/volumes', query: { filters } }),
  ])) as [unknown[], unknown[], unknown[], { Volumes: unknown[] | null }];
  const left = [containers, images, networks, volumes.Volumes ?? []].map(({ length }) => length);
  if (left.some((count) => count > 0)) throw new Error(`something was left: ${left.join(', ')}`);
}

function timeScript(host: string): Promise<number> {
  const env = { PATH: process.env.PATH ?? '', DOCKER_HOST: host };
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

/** A tar archive (POSIX ustar) with one empty file, so that each image is another one. */
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
