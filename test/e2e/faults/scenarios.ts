import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { byPath } from '@repo/testkit/faults/script';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { startRepository } from '@repo/testkit/git/repository';
import { startFakeDocker } from '../fake-docker.ts';

/** One use of an action, with the world that it needs. */
export interface Use extends AsyncDisposable {
  readonly with: Readonly<Record<string, string>>;
  /** The workspace; an empty one unless given. */
  readonly cwd?: string;
}

/** How one action is used where something is wrong with the machine. */
export interface Scenario {
  /** Ends by itself, and well: verdict `pass`. */
  readonly calm: () => Promise<Use>;
  /** Works until it is stopped; `isAtWork` is the line that tells that it has begun. */
  readonly slow: () => Promise<Use & { readonly isAtWork: RegExp }>;
  /** Has more to tell than a job summary may hold. */
  readonly loud: () => Promise<Use>;
  /** What `calm` comes to on a machine without any network, and what its message says. */
  readonly withoutNetwork: {
    readonly exitCode: number;
    readonly verdict: string;
    readonly message: RegExp;
  };
}

const nothing = { [Symbol.asyncDispose]: async () => {} };
const LONG = 'x'.repeat(80);

/** By the names of the actions; the test wants one of each. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'health-check': {
    calm: async () => {
      const server = await startHttpServer({ script: json({ status: 'ok' }) });
      return { ...disposing(server), with: { url: `${server.url}/`, 'max-attempts': '1' } };
    },
    slow: async () => ({
      ...nothing,
      with: { url: `http://127.0.0.1:${await closedPort()}/`, interval: '50ms', deadline: '10m' },
      isAtWork: /attempt 1/,
    }),
    loud: async () => {
      const port = await closedPort();
      const checks = Array.from({ length: 6_000 }, (_, index) => ({
        name: `${index} ${LONG}`,
        tcp: { host: '127.0.0.1', port },
        'max-attempts': 1,
      }));
      return folderWith({ 'checks.json': JSON.stringify({ checks }) }, { config: 'checks.json' });
    },
    withoutNetwork: { exitCode: 1, verdict: 'fail', message: /no way to 127/ },
  },
  'perf-regression': {
    calm: () => folderWith(goResults(3), { results: 'head.txt', baseline: 'base.txt' }),
    slow: async () => {
      const repository = startRepository({ 'bench.mjs': 'setInterval(() => {}, 1000);' });
      return {
        cwd: repository.clone(),
        with: { mode: 'run', command: `${process.execPath} bench.mjs`, 'baseline-ref': 'HEAD' },
        isAtWork: /^Measuring /,
        [Symbol.asyncDispose]: async () => repository[Symbol.dispose](),
      };
    },
    loud: () =>
      folderWith(goResults(20_000, 2), {
        results: 'head.txt',
        baseline: 'base.txt',
        'fail-on': 'never',
      }),
    withoutNetwork: { exitCode: 0, verdict: 'pass', message: /./ },
  },
  'docker-label-cleanup': {
    calm: async () => {
      const docker = await startFakeDocker([]);
      return { ...disposing(docker), with: { host: docker.host, labels: 'environment=testing' } };
    },
    slow: async () => {
      const ping = respond(200, { body: 'OK', headers: { 'api-version': '1.41' } });
      const server = await startHttpServer({ script: byPath({ '/_ping': ping }, hang()) });
      const host = server.url.replace('http:', 'tcp:');
      return {
        ...disposing(server),
        with: { host, labels: 'environment=testing', retries: '0' },
        isAtWork: /^Looking for/,
      };
    },
    loud: async () => {
      const docker = await startFakeDocker(
        Array.from({ length: 12_000 }, (_, index) => ({
          kind: 'volume',
          id: `${index}-${LONG}`,
          labels: { environment: 'testing' },
        })),
      );
      const inputs = { host: docker.host, labels: 'environment=testing', mode: 'plan' };
      return { ...disposing(docker), with: { ...inputs, 'max-deletions': '20000' } };
    },
    withoutNetwork: { exitCode: 0, verdict: 'unknown', message: /daemon|reach/i },
  },
};

function disposing(resource: AsyncDisposable): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => resource[Symbol.asyncDispose]() };
}

/** A workspace with files, given as their texts by their names. */
async function folderWith(
  files: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
): Promise<Use> {
  const cwd = await mkdtemp(join(tmpdir(), 'faults-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return { cwd, with: inputs, [Symbol.asyncDispose]: () => rm(cwd, { recursive: true }) };
}

/** Two files of go bench, of which the second side is slower by a factor. */
function goResults(benchmarks: number, factor = 1): Readonly<Record<string, string>> {
  const file = (scale: number) =>
    Array.from({ length: benchmarks }, (_, index) =>
      Array.from({ length: 6 }, (_, run) => {
        // Odd ones stand still, or all of them together would be the machine.
        const ns = (1_000 + run) * (index % 2 === 0 ? scale : 1);
        return `Benchmark${index}${LONG} 1000 ${ns} ns/op`;
      }),
    )
      .flat()
      .join('\n');
  return { 'base.txt': `${file(1)}\nPASS\n`, 'head.txt': `${file(factor)}\nPASS\n` };
}
