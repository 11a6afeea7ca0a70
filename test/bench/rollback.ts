import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { percentile } from '@repo/statistics/percentile';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { type Dockerd, startDockerd } from '../real/dockerd.ts';
import type { Benchmark, Table } from './benchmark.ts';
import { type Checkouts, compare, takeTurns } from './checkouts.ts';
import { actionEnvironment } from './process.ts';

const ROUNDS = 20;
const ACTION = 'actions/deploy-rollback';
const [GOOD, BAD] = ['a'.repeat(40), 'b'.repeat(40)] as const;

export const benchmark: Benchmark = {
  title: 'deploy-rollback: from detection to the verified restore',
  method: `Wall time of a whole step of the bundle: lock, resolve, preflight with checksums, safety snapshot, restore, identity, health, ledger. ${ROUNDS} rounds each, with a bad deploy before each round. Docker: a container that answers HTTP, on a real daemon that stores in memory. It is compared with hand-written commands (docker tag, rm -f, run, curl until it answers), which keep no snapshot and do not verify the release, and with docker run until the container answers, which all variants include.`,
  run: measure,
  comparesCheckouts: true,
};

/** A strategy to measure, in its own folder. */
interface Part {
  readonly title: string;
  readonly strategies: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly deploy: (release: 'good' | 'bad') => Promise<void> | void;
  readonly env?: Readonly<Record<string, string>>;
}

async function measure(checkouts: Checkouts): Promise<Table> {
  const root = mkdtempSync(join(tmpdir(), 'bench-rollback-'));
  const rows: (readonly string[])[] = [];
  try {
    for (const part of [filesPart, symlinkPart, sqlitePart]) {
      const workspace = join(root, String(rows.length));
      mkdirSync(workspace);
      const times = await timeRollbacks(workspace, part(workspace), checkouts);
      rows.push(row(part(workspace), ...times));
    }
    await using daemon = await startDockerd({ diskBytes: 2 ** 30 });
    const docker = await dockerPart(daemon);
    const workspace = join(root, 'docker');
    mkdirSync(workspace);
    rows.push(row(docker, ...(await timeRollbacks(workspace, docker, checkouts))));
    if (checkouts.length > 1)
      return { columns: ['Strategy', 'p50, s', 'p95, s', 'Against p50, s', 'Ratio'], rows };
    const { script, start } = await timeManualScript(docker);
    rows.push(row({ title: 'docker, by hand' }, script));
    rows.push(row({ title: 'docker run until it answers' }, start));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { columns: ['Strategy', 'p50, s', 'p95, s'], rows };
}

function row(
  { title }: Pick<Part, 'title'>,
  own: readonly number[] = [],
  against?: readonly number[],
): readonly string[] {
  const sorted = own.toSorted((a, b) => a - b);
  const seconds = (ms = Number.NaN) => (ms / 1_000).toFixed(2);
  return [
    title,
    seconds(percentile(sorted, 0.5)),
    seconds(percentile(sorted, 0.95)),
    ...(against ? compare(own, against, seconds) : []),
  ];
}

/** Returns the durations for each checkout, which restore the same snapshot in turns. */
async function timeRollbacks(
  workspace: string,
  part: Part,
  checkouts: Checkouts,
): Promise<readonly (readonly number[])[]> {
  await part.deploy('good');
  await step(checkouts[0], workspace, part, { mode: 'snapshot', revision: GOOD });
  const times = checkouts.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, checkout] of takeTurns(checkouts, round)) {
      await part.deploy('bad');
      times[side]?.push(await step(checkout, workspace, part, { 'fail-after-rollback': 'false' }));
      const output = readFileSync(join(workspace, 'output'), 'utf8');
      if (!/rolled-back/.test(output)) throw new Error(`${part.title}: ${output}`);
      resetState(join(workspace, '.state/production'));
    }
  }
  return times;
}

/** Each round starts from the same state. */
function resetState(home: string): void {
  for (const name of readdirSync(home)) {
    if (name !== 'snapshots') rmSync(join(home, name), { recursive: true });
  }
  for (const name of readdirSync(join(home, 'snapshots'))) {
    if (name.startsWith('safety-')) rmSync(join(home, 'snapshots', name), { recursive: true });
  }
}

/** Runs a step of the bundle; returns its duration in ms. */
async function step(
  checkout: string,
  workspace: string,
  { strategies, inputs: given = {}, env = {} }: Part,
  more: Readonly<Record<string, string>>,
): Promise<number> {
  const { inputs } = await readActionManifest(join(checkout, ACTION));
  const start = performance.now();
  return run([process.execPath, join(checkout, ACTION, 'dist/index.js')], start, {
    ...actionEnvironment(workspace, inputs, {
      strategies,
      'state-dir': join(workspace, '.state'),
      ledger: 'local',
      'bad-release': BAD,
      ...given,
      ...more,
    }),
    ...env,
  });
}

async function run(
  [program = '', ...args]: readonly string[],
  start: number,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${printed}`);
  return performance.now() - start;
}

function filesPart(workspace: string): Part {
  return {
    title: 'files: 200 of 10 kB',
    strategies: '- files: {paths: [app]}',
    deploy: (release) => {
      mkdirSync(join(workspace, 'app'), { recursive: true });
      for (let number = 0; number < 200; number++) {
        writeFileSync(join(workspace, 'app', `${number}`), `${release} ${number}`.repeat(1_250));
      }
    },
  };
}

function symlinkPart(workspace: string): Part {
  return {
    title: 'symlink',
    strategies: '- symlink: {link: current, releases: releases}',
    deploy: (release) => {
      mkdirSync(join(workspace, 'releases', release), { recursive: true });
      writeFileSync(join(workspace, 'releases', release, 'index.html'), release);
      rmSync(join(workspace, 'current'), { force: true });
      symlinkSync(`releases/${release}`, join(workspace, 'current'));
    },
  };
}

function sqlitePart(workspace: string): Part {
  return {
    title: 'sqlite: 10 MB, WAL',
    strategies: '- sqlite: {path: app.db}',
    deploy: (release) => {
      using database = new DatabaseSync(join(workspace, 'app.db'));
      database.exec(`
        PRAGMA journal_mode = WAL;
        DROP TABLE IF EXISTS pastes;
        CREATE TABLE pastes (id INTEGER PRIMARY KEY, ${release} BLOB);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO pastes SELECT i, randomblob(3900) FROM n;`);
    },
  };
}

interface DockerPart extends Part {
  readonly daemon: Dockerd;
  readonly runArguments: readonly string[];
  readonly url: string;
}

async function dockerPart(daemon: Dockerd): Promise<DockerPart> {
  await daemon.importBusybox('box:1');
  const port = await closedPort();
  for (const release of ['bad', 'good']) {
    const file = `FROM box:1\nSTOPSIGNAL SIGKILL\nRUN busybox mkdir /www && echo ${release} > /www/index.html\n`;
    const tag = ['-t', `app:${release}`, '-t', 'app:latest'];
    await daemon.dockerWith(file, 'build', '-q', '--network', 'none', ...tag, '-');
  }
  const runArguments = [
    ...['run', '-d', '--name', 'app', '--network', 'host', '--restart', 'always', 'app:latest'],
    ...['busybox', 'httpd', '-f', '-p', `127.0.0.1:${port}`, '-h', '/www'],
  ];
  const url = `http://127.0.0.1:${port}/`;
  return {
    title: 'docker',
    strategies: '- docker: {container: app}',
    inputs: { 'verify-url': url, 'expect-identity': 'good' },
    env: { DOCKER_HOST: daemon.host },
    daemon,
    runArguments,
    url,
    deploy: async (release) => {
      await daemon.docker('tag', `app:${release}`, 'app:latest');
      await daemon.docker('rm', '-f', 'app').catch(() => {});
      await daemon.docker(...runArguments);
    },
  };
}

/** Measures hand-written commands, and the start of the container alone. */
async function timeManualScript({ daemon, deploy, runArguments, url }: DockerPart) {
  const env = { PATH: process.env.PATH ?? '', DOCKER_HOST: daemon.host };
  const until = `until curl -sf ${url} | grep -q "$1"; do sleep 0.01; done`;
  const start = `docker ${runArguments.join(' ')} >/dev/null; ${until}`;
  const times = { script: [] as number[], start: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    await deploy('bad');
    const whole = `set -e; docker tag app:good app:latest; docker rm -f app >/dev/null; ${start}`;
    times.script.push(await run(['bash', '-c', whole, 'bash', 'good'], performance.now(), env));
    await daemon.docker('rm', '-f', 'app');
    times.start.push(await run(['bash', '-c', start, 'bash', 'good'], performance.now(), env));
  }
  return times;
}
