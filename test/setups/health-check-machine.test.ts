import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, respond } from '@repo/testkit/faults/answers';
import { smallDisk } from '@repo/testkit/setups/disk';
import { container } from '@repo/testkit/setups/events';
import { startedBy } from '@repo/testkit/setups/preset';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { plainUser } from '@repo/testkit/setups/user';
import { expect } from 'vitest';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { NOTHING, startService } from './health-check-service.ts';

/** The files of a job container, without the folders of the machine. */
const hidden = startedBy(
  'unshare',
  ...['--mount', 'bash', '-c', 'mount -t tmpfs tmpfs /run || exit 99; exec "$@"', 'bash'],
);

cell(
  'container',
  'checks pages, and opens no issue for a missing Docker daemon',
  async () => {
    await using service = await startService();
    await using runners = await hostedRunners(container(), hidden);
    const docker = { url: '', checks: '[{name: app, docker: {container: app}}]' };
    const unknown = await service.monitor({ runners, with: docker });
    expect(unknown.outcome, unknown.log).toBe('failure');
    expect(unknown.log).toContain('docker.sock');
    expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
    const good = await service.monitor({ runners });
    expect(good.outcome, good.log).toBe('success');
    service.serve(respond(500));
    const bad = await service.monitor({ runners });
    expect(bad.outcome, bad.log).toBe('failure');
    expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  },
  { possible: isRootOnLinux },
);

for (const umask of ['022', '077'] as const) {
  cell(
    'plain-user',
    `checks pages and files, and opens no issue for a file that it cannot read (umask ${umask})`,
    async () => {
      await using service = await startService();
      await using runners = await selfHostedRunner(plainUser(umask));
      const check = (checks: string, mode: number) =>
        service.monitor({
          runners,
          with: { checks, 'report-prometheus': 'health.prom', summary: 'true' },
          prepare: async (workspace) => {
            await rm(join(workspace, '..', 'secret'), { recursive: true, force: true });
            await mkdir(join(workspace, '..', 'secret'), { mode });
            await writeFile(join(workspace, '..', 'secret', 'app.log'), 'INFO:root:started\n');
          },
        });
      const log = '[{name: log, log: {file: ../secret/app.log}}]';
      const good = await check(log, 0o755);
      expect(good.outcome, good.log).toBe('success');
      expect(await readFile(join(good.workspace, 'health.prom'), 'utf8')).toContain(
        'health_check_up',
      );
      const unreadable = await check(log, 0o700);
      expect(unreadable.outcome, unreadable.log).toBe('failure');
      expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
      service.serve(respond(500));
      const bad = await check('', 0o755);
      expect(bad.outcome, bad.log).toBe('failure');
      expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
    },
    { possible: isRootOnLinux },
  );
}

const ODD_NAMES = [
  'with space.json',
  'Größe 🚀.json',
  "quote's.json",
  'dollar$(HOME)`id`.json',
  'new\nline.json',
  '-leading.json',
  'percent%0Aworkflow::error::.json',
  `${'long/'.repeat(50)}${'x'.repeat(100)}.json`,
];

cell('odd-names', 'reads files with odd names, and prints each name in one line', async () => {
  await using service = await startService();
  const checks = (suffix: string) =>
    JSON.stringify(
      ODD_NAMES.map((name, index) => ({
        name: `file ${index}`,
        file: { path: `./${name}${suffix}` },
        expect: 'json.ok',
      })),
    );
  const run = (suffix: string) =>
    service.monitor({
      with: { url: '', checks: checks(suffix) },
      prepare: async (workspace) => {
        await mkdir(join(workspace, 'long/'.repeat(50)), { recursive: true });
        for (const name of ODD_NAMES) await writeFile(join(workspace, name), '{"ok": true}');
      },
    });
  const good = await run('');
  expect(good.outcome, good.log).toBe('success');
  const bad = await run('.missing');
  expect(bad.outcome, bad.log).toBe('failure');
  expect(bad.outputs['failed-checks']?.split(',')).toHaveLength(ODD_NAMES.length);
  expect(bad.annotations.filter(({ message }) => message.startsWith('.json'))).toEqual([]);
  const { issues } = service.github.state;
  expect(issues).toHaveLength(1);
  expect(issues[0]?.title).not.toContain('\n');
});

cell('odd-names', 'a check with an odd name mentions no user and breaks no table', async () => {
  await using service = await startService();
  service.serve(respond(500));
  const name = '@octocat | #1 <b> [x](http://evil.example) `code`';
  const checks = JSON.stringify([{ name, http: { url: service.server.url } }]);
  const bad = await service.monitor({ with: { url: '', checks } });
  expect(bad.outcome, bad.log).toBe('failure');
  const [issue] = service.github.state.issues;
  expect(issue?.title).not.toMatch(/@octocat|#1/);
  expect(issue?.body).not.toContain('<b>');
});

cell(
  'full-disk',
  'reports the outage, and keeps the last metrics whole',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'full-'));
    try {
      await using service = await startService();
      await using runners = await selfHostedRunner(smallDisk(folder, 65_536));
      const old = 'x'.repeat(60_000);
      await writeFile(join(folder, 'health.prom'), old);
      await writeFile(join(folder, 'rest'), '');
      service.serve(respond(500));
      const bad = await service.monitor({
        runners,
        with: {
          checks: JSON.stringify(
            Array.from({ length: 30 }, (_, index) => ({
              name: `page ${index}`,
              http: { url: service.server.url },
            })),
          ),
          'report-prometheus': join(folder, 'health.prom'),
        },
      });
      expect(bad.outcome, bad.log).toBe('failure');
      expect(bad.log).toContain('health.prom');
      expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
      expect(await readFile(join(`${folder}.after`, 'health.prom'), 'utf8')).toBe(old);
    } finally {
      for (const end of ['', '.before', '.after']) await rm(folder + end, { recursive: true });
    }
  },
  { possible: isRootOnLinux },
);

cell(
  'slow-disk',
  'ends in time and opens no issue for a file on a disk that does not answer',
  async () => {
    await using service = await startService();
    const result = await service.monitor({
      with: { url: '', checks: '[{name: log, log: {file: app.log}}]', timeout: '500ms' },
      // A read of it waits forever, as on a network drive that is gone.
      prepare: async (workspace) => void execFileSync('mkfifo', [join(workspace, 'app.log')]),
      timeoutMs: 30_000,
    });
    expect(result.log).not.toContain('The action has timed out.');
    expect(result.outcome, result.log).toBe('failure');
    expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
  },
  { possible: process.platform !== 'win32' },
);

cell('big', 'names the one unhealthy page of 1,000 in few lines', async () => {
  await using service = await startService();
  service.serve(({ request, ...exchange }) =>
    respond(request.path === '/500' ? 500 : 200)({ request, ...exchange }),
  );
  const checks = JSON.stringify(
    Array.from({ length: 1_000 }, (_, index) => ({
      name: `page ${index}`,
      http: { url: `${service.server.url}/${index}` },
    })),
  );
  const result = await service.monitor({
    with: { url: '', config: 'health.json', concurrency: '64' },
    prepare: (workspace) => writeFile(join(workspace, 'health.json'), checks),
  });
  expect(result.outcome, result.log).toBe('failure');
  expect(service.seen()).toMatchObject({ open: ['Unhealthy: page 500'], deploys: 1 });
  expect(service.server.requests.length).toBe(1_001);
  expect(result.log.split('\n').length).toBeLessThan(20);
});

knownDefect(
  'big',
  'starts no deploy for a good list of 2 MB',
  'a body is cut at 1 MiB and judged as if it were whole',
  async () => {
    await using service = await startService();
    service.serve(
      json({ proxies: Array.from({ length: 40_000 }, () => '192.0.2.1:1080 elite anonymous US') }),
    );
    const result = await service.monitor({ with: { 'expect-json': '$.proxies' } });
    expect(service.seen(), result.log).toEqual(NOTHING);
  },
);
