import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { type RunActionOptions, runAction } from '@repo/testkit/runner/run-action';
import { windowsLane } from '@repo/testkit/runner/windows-lane';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeObject, startFakeDocker } from './fake-docker.ts';

const action = fileURLToPath(new URL('../../actions/docker-label-cleanup', import.meta.url));
const TESTING = { environment: 'testing' };

/** Runs the bundle, by default with `labels: environment=testing`. */
function clean(inputs: Readonly<Record<string, string>>, options: Partial<RunActionOptions> = {}) {
  return runAction({ action, with: { labels: 'environment=testing', ...inputs }, ...options });
}

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const isReport = ajv.compile(
  JSON.parse(readFileSync(join(action, 'report.schema.json'), 'utf8')) as object,
);

/** The JSON report, validated against its schema. */
async function readReport(result: { readonly outputs: Readonly<Record<string, string>> }) {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  return report;
}

const container = (id: string, labels: Readonly<Record<string, string>> = TESTING): FakeObject => ({
  kind: 'container',
  id,
  labels,
});

describe('rejects invalid inputs before it removes anything', () => {
  test.each([
    ['an empty selector', { labels: '' }, /labels: is required/],
    ['blank lines alone', { labels: ' \n\n ' }, /labels: is required/],
    [
      'a value that is empty because of an unset variable',
      { labels: 'environment=testing\nmanaged-by=' },
      /labels: .*line 2 has no value after "managed-by=": is a variable not set\?/,
    ],
    ['an empty key', { labels: '=testing' }, /labels: .*has no key before the "="/],
    ['an empty group', { labels: 'a=b\nor\nor\nc=d' }, /labels: .*line 3 has no labels before it/],
    [
      'a blank line in labels',
      { labels: 'environment=testing\n\nmanaged-by=ci\n' },
      /labels: .*line 2 is blank: is a variable not set\?/,
    ],
    [
      'a blank last line in labels',
      { labels: 'environment=testing\n\n' },
      /labels: .*line 2 is blank: is a variable not set\?/,
    ],
    [
      'a blank line in protect',
      { protect: 'environment=production\n\nname:db\n' },
      /protect: .*line 2 is blank: is a variable not set\?/,
    ],
    ['empty tags', { tags: '' }, /tags: is required/],
    ['an exclusion', { labels: 'environment!=production' }, /is an exclusion/],
    [
      'an unknown resource',
      { resources: 'containers,pods' },
      /resources: .*has an unknown resource: pods/,
    ],
    ['an empty protect rule', { protect: 'name:' }, /protect: .*has no value after "name:"/],
    ['an unknown built-in rule', { protect: '!self' }, /protect: .*cannot be disabled/],
    ['a second threshold above the first', { 'disk-threshold': '80%>85%' }, /disk-threshold: /],
    [
      'build cache without an age',
      { resources: 'build-cache' },
      /build-cache-older-than: is required/,
    ],
    ['host and context', { context: 'far' }, /context: .*cannot be combined with host/],
    ['tls-cert without tls-key', { 'tls-cert': 'x' }, /tls-key: is required with tls-cert/],
    ['lint without files', { mode: 'lint' }, /compose-files: is required with mode: lint/],
    ['setup with several groups', { mode: 'setup', labels: 'a=b\nor\nc=d' }, /has several groups/],
    [
      'setup with a label that is special to a shell',
      { mode: 'setup', labels: 'a=$(reboot)' },
      /special to a shell/,
    ],
  ])('%s', async (_, inputs, message) => {
    await using docker = await startFakeDocker([container('one')]);
    await using result = await clean({ host: docker.host, 'fail-on': 'never', ...inputs });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toMatch(message);
    expect(docker.requests).toEqual([]);
  });

  test('more removals than max-deletions', async () => {
    await using docker = await startFakeDocker(['a', 'b', 'c'].map((id) => container(id)));
    await using result = await clean({ host: docker.host, 'max-deletions': '2' });
    expect(result.exitCode).toBe(1);
    expect(result.annotations[0]?.message).toContain('the 3 objects to remove');
    expect(docker.left()).toEqual(['a', 'b', 'c']);
  });
});

test('removes only selected objects if the daemon ignores filters', async () => {
  await using docker = await startFakeDocker([
    container('test'),
    container('prod', { environment: 'production' }),
    container('unlabelled', {}),
    container('similar', { environment: 'testing ' }),
    container('proto', JSON.parse('{"__proto__": "testing"}')),
    { kind: 'volume', id: 'data', labels: TESTING },
    { kind: 'volume', id: 'prod-data' },
  ]);
  await using result = await clean({ host: docker.host });
  expect(result.outputs).toMatchObject({ removed: '2', verdict: 'pass' });
  expect(docker.left()).toEqual(['prod', 'unlabelled', 'similar', 'proto', 'prod-data']);
  // The container does not use the volume: they are removed in parallel.
  expect(docker.requests.filter((line) => line.startsWith('DELETE')).toSorted()).toEqual([
    'DELETE /containers/test',
    'DELETE /volumes/data',
  ]);
});

test('removes users before the objects that they use', async () => {
  const names = Array.from({ length: 20 }, (_, number) => `data-${number}`);
  await using docker = await startFakeDocker([
    ...names.map((id): FakeObject => ({ kind: 'volume', id, labels: TESTING })),
    ...names.map((id) => ({ ...container(`user-of-${id}`), volumes: [id] })),
  ]);
  await using result = await clean({ host: docker.host });
  expect(result.outputs).toMatchObject({ removed: '40', verdict: 'pass' });
  for (const id of names) {
    const user = docker.requests.indexOf(`DELETE /containers/user-of-${id}`);
    expect(user, id).toBeGreaterThan(0);
    expect(docker.requests.indexOf(`DELETE /volumes/${id}`), id).toBeGreaterThan(user);
  }
});

describe('records an outcome per object', () => {
  test('gone, removed by another process, failed once, in use, failed after all retries', async () => {
    const answers: Record<
      string,
      (attempt: number) => ReturnType<Parameters<typeof startFakeDocker>[1] & {}>
    > = {
      gone: () => ({ status: 404, message: 'No such container', gone: true }),
      another: (attempt) => ({
        status: 409,
        message: 'removal of container another is already in progress',
        gone: attempt === 2,
      }),
      once: (attempt) =>
        attempt === 1 ? { status: 500, message: 'device or resource busy' } : undefined,
      used: () => ({ status: 409, message: 'it is in use\n::error::by a container' }),
      broken: () => ({ status: 500, message: 'driver failed' }),
    };
    const names = [...Object.keys(answers), 'fine'];
    await using docker = await startFakeDocker(
      names.map((id) => container(id)),
      (id, attempt) => answers[id]?.(attempt),
    );
    await using result = await clean({ host: docker.host, retries: '2' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({
      verdict: 'fail',
      removed: '2',
      failed: '1',
      'in-use': '1',
      leftovers: '2',
      message: 'Removed 2 objects, 1 failed, 1 in use, 2 already gone',
    });
    expect(docker.left()).toEqual(['used', 'broken']);
    expect(docker.requests.filter((line) => line === 'DELETE /containers/broken')).toHaveLength(3);
    expect(result.annotations).toEqual([
      expect.objectContaining({
        level: 'warning',
        title: 'container broken could not be removed',
        message: expect.stringContaining('driver failed'),
      }),
    ]);
    const report = await readReport(result);
    expect(
      report.result.objects.map(({ name, outcome }: Record<string, string>) => [name, outcome]),
    ).toEqual([
      ['gone', 'gone'],
      ['another', 'gone'],
      ['once', 'removed'],
      ['used', 'in-use'],
      ['broken', 'failed'],
      ['fine', 'removed'],
    ]);
  });

  test.each([
    ['never', 0],
    ['error', 1],
    ['fail', 1],
    ['leftover', 1],
  ])('exits after a failed removal with fail-on %s: %d', async (failOn, code) => {
    await using docker = await startFakeDocker([container('a')], () => ({
      status: 500,
      message: 'no',
    }));
    await using result = await clean({ host: docker.host, retries: '0', 'fail-on': failOn });
    expect(result.exitCode).toBe(code);
  });

  test.each([
    ['error', 0],
    ['leftover', 1],
  ])('exits after a leftover with fail-on %s: %d', async (failOn, code) => {
    await using docker = await startFakeDocker([container('a')], () => ({
      status: 409,
      message: 'used',
    }));
    await using result = await clean({ host: docker.host, 'fail-on': failOn });
    expect(result.outputs.verdict).toBe('warn');
    expect(result.exitCode).toBe(code);
  });
});

test('reports the removals if the build cache cannot be pruned', async () => {
  await using docker = await startFakeDocker([container('a'), container('b', {})]);
  await using result = await clean({
    host: docker.host,
    resources: 'containers\nbuild-cache',
    'build-cache-older-than': '1h',
  });
  expect(docker.left()).toEqual(['b']);
  expect(result.outputs, result.log).toMatchObject({
    verdict: 'fail',
    removed: '1',
    'removed-containers': 'a',
    message: 'Removed 1 object, the build cache could not be pruned',
  });
  expect(result.annotations).toEqual([
    expect.objectContaining({
      title: 'The build cache could not be pruned',
      message: expect.stringMatching(/answered 404: No such prune\. /),
    }),
  ]);
  const { objects, buildCacheProblem } = (await readReport(result)).result;
  expect(objects.map(({ outcome }: { outcome: string }) => outcome)).toContain('removed');
  expect(buildCacheProblem).toContain('404');
});

describe('reports an unreachable daemon as unknown, with a remedy', () => {
  test.each([
    ['never', 0],
    ['error', 1],
  ])('a closed port, with fail-on %s: exit %d', async (failOn, code) => {
    const host = `tcp://127.0.0.1:${await closedPort()}`;
    await using result = await clean({ host, 'fail-on': failOn });
    expect(result.exitCode).toBe(code);
    expect(result.outputs).toMatchObject({ verdict: 'unknown', removed: '0' });
    expect(result.annotations).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(
          /cannot reach the Docker daemon at 127.*ECONNREFUSED.*Start the daemon on that host/,
        ),
      }),
    ]);
    expect(result.summary).toContain('Start the daemon on that host');
    expect((await readReport(result)).result).toMatchObject({ mode: 'unknown' });
  });

  test('a missing socket', async () => {
    await using result = await clean({ host: 'unix:///no/such/docker.sock' });
    expect(result.annotations[0]?.message).toContain('Start Docker on this machine');
  });

  test('a context without the docker CLI', async () => {
    await using result = await clean({ context: 'far' }, { env: { PATH: '/nowhere' } });
    expect(result.annotations[0]?.message).toContain('Install the docker CLI');
  });

  test('a daemon that does not answer within timeout', async () => {
    await using server = await startHttpServer({ script: hang() });
    await using result = await clean({ host: `tcp://127.0.0.1:${server.port}`, timeout: '300ms' });
    expect(result.outputs.verdict).toBe('unknown');
    expect(result.durationMs).toBeLessThan(5_000);
  });
});

test('plans 10,000 containers in less than 300 MB of memory', async () => {
  const containers = Array.from({ length: 10_000 }, (_, number) =>
    container(number.toString(16).padStart(64, '0'), {
      ...TESTING,
      'com.docker.compose.project': 'shop',
      'org.opencontainers.image.source': 'https://git.example/team/app',
    }),
  );
  await using docker = await startFakeDocker(containers);
  await using result = await clean({ host: docker.host, mode: 'plan' }, { measure: true });
  expect(result.outputs).toMatchObject({ planned: '10000', verdict: 'pass' });
  // The Windows lane cannot measure it.
  if (windowsLane() === undefined) expect(result.maxRssBytes).toBeLessThan(300_000_000);
  expect((await readReport(result)).result.counts).toMatchObject({ planned: 10_000, removed: 0 });
});

describe('lint', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Production and testing in one file. */
  const COMPOSE = `name: tailpaste
x-labels: &testing
  environment: testing
  managed-by: ci
services:
  app:
    build: .
    image: tailpaste-app:production
    labels: [environment=production, managed-by=hand]
    volumes:
      - tailscale-state:/var/lib/tailscale
      - ./data:/data
  app-testing:
    build:
      context: .
      labels: *testing
    labels:
      <<: *testing
      extra: "1"
    volumes:
      - tailscale-state:/var/lib/tailscale
      - type: bind
        source: ./data/testing
        target: /data
      - ./config:/config:ro
  cache:
    image: redis:7
    volumes: ["./config:/config"]
volumes:
  tailscale-state:
    labels: {environment: production, managed-by: hand}
  scratch:
networks:
  outside:
    external: true
`;

  test('finds shared volumes, shared folders and missing labels, with their lines', async () => {
    await writeFile(join(folder, 'compose.yml'), COMPOSE);
    const inputs = { mode: 'lint', labels: 'environment=testing\nmanaged-by=ci' };
    await using result = await clean(
      { ...inputs, 'compose-files': 'compose.yml', 'fail-on': 'fail' },
      { cwd: folder },
    );
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({
      verdict: 'fail',
      message: '4 without labels, 2 shared with services that are not cleaned up',
    });
    expect((await readReport(result)).result.findings).toHaveLength(6);
    const found = result.annotations.map(
      ({ level, line, message }) => `${level} ${line}: ${message}`,
    );
    expect(found.toSorted()).toEqual([
      expect.stringMatching(
        /^error 13: service app-testing.* shares the bind mount .*[\\/]data[\\/]testing with service app/,
      ),
      expect.stringMatching(
        /^error 13: service app-testing.* shares the volume tailpaste_tailscale-state with service app/,
      ),
      expect.stringMatching(/^warning 1: network default has no label/),
      expect.stringMatching(/^warning 26: service cache has no label/),
      expect.stringMatching(/^warning 32: volume scratch has no label/),
      expect.stringMatching(/^warning 6: the image that service app builds/),
    ]);
  });

  test('accepts a file with all labels and nothing shared', async () => {
    await writeFile(
      join(folder, 'good.yml'),
      'services: {a: {image: x, labels: {environment: testing}}}\nnetworks: {default: {labels: {environment: testing}}}\n',
    );
    await using result = await clean(
      { mode: 'lint', 'compose-files': 'good.yml' },
      { cwd: folder },
    );
    expect(result.outputs.verdict).toBe('pass');
    expect(result.annotations).toEqual([]);
    expect((await readReport(result)).result).toEqual({ mode: 'lint', findings: [] });
  });

  test('rejects a missing file, and invalid YAML with its line and column', async () => {
    await writeFile(join(folder, 'bad.yml'), 'services:\n  a: [\n');
    await using bad = await clean({ mode: 'lint', 'compose-files': 'bad.yml' }, { cwd: folder });
    expect(bad.annotations[0]?.message).toMatch(/bad\.yml:\d+:\d+: is not valid YAML/);
    await using missing = await clean({ mode: 'lint', 'compose-files': 'no.yml' }, { cwd: folder });
    expect(missing.annotations[0]?.message).toContain('cannot be read (ENOENT)');
  });
});
