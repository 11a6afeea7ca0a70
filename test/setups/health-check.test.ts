import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { json, respond } from '@repo/testkit/faults/answers';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { DISPATCH, HOUR, NOTHING, startService } from './health-check-service.ts';

cell('hosted', 'passes for a page that is served, fails for one that is not', async () => {
  await using service = await startService();
  const good = await service.monitor();
  expect(good.outcome, good.log).toBe('success');
  expect(service.seen()).toEqual(NOTHING);
  service.serve(respond(500));
  const bad = await service.monitor();
  expect(bad.outcome, bad.log).toBe('failure');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1, messages: 1 });
});

cell('hosted', 'a later job on another machine closes the issue of the outage', async () => {
  await using service = await startService();
  service.serve(respond(500));
  await service.monitor();
  service.github.advance(HOUR);
  await service.monitor();
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  service.serve(respond(200));
  service.github.advance(HOUR);
  const healthy = await service.monitor();
  expect(healthy.outcome, healthy.log).toBe('success');
  expect(service.seen()).toMatchObject({ open: [], issues: 1, deploys: 1 });
});

cell('self-hosted', 'checks the files of the new checkout, not those of the last run', async () => {
  await using service = await startService();
  await using runners = await selfHostedRunner();
  const checks = (path: string) =>
    `checks: [{name: shop, http: {url: '${service.server.url}${path}'}}]`;
  service.serve(({ request, ...exchange }) =>
    respond(request.path === '/good' ? 200 : 500)({ request, ...exchange }),
  );
  const run = (path: string) =>
    service.monitor({
      runners,
      with: { url: '', config: 'health.yml' },
      prepare: (workspace) => writeFile(join(workspace, 'health.yml'), checks(path)),
    });
  const bad = await run('/bad');
  expect(bad.outcome, bad.log).toBe('failure');
  const good = await run('/good');
  expect(good.outcome, good.log).toBe('success');
  expect(service.seen()).toMatchObject({ open: [], issues: 1, deploys: 1 });
});

knownDefect(
  'self-hosted',
  'fails for a log of errors in a format of its own',
  'a log that is not understood is healthy',
  async () => {
    await using service = await startService();
    await using runners = await selfHostedRunner();
    const klog = 'E1201 17:00:00.000000       1 server.go:12] cannot open the database\n';
    const result = await service.monitor({
      runners,
      with: { url: '', checks: '[{name: app, log: {file: app.log}}]' },
      prepare: (workspace) => writeFile(join(workspace, 'app.log'), klog.repeat(200)),
    });
    expect(result.outcome, result.log).toBe('failure');
  },
);

const checkCorruptDatabase = async (expectation: string) => {
  await using service = await startService();
  await using runners = await selfHostedRunner();
  const result = await service.monitor({
    runners,
    with: { url: '', checks: `[{name: db, sqlite: {path: app.db}${expectation}}]` },
    prepare: (workspace) => corruptDatabase(join(workspace, 'app.db')),
  });
  expect(result.outcome, result.log).toBe('failure');
  expect(service.seen()).toMatchObject({ open: ['Unhealthy: db'], deploys: 1 });
};

cell('self-hosted', 'fails for a corrupt database', () => checkCorruptDatabase(''));

knownDefect(
  'self-hosted',
  'fails for a corrupt database, also with an expectation of its size',
  'an own expect replaces what the kind implies',
  () => checkCorruptDatabase(', expect: size < 1000000'),
);

/** Writes a database with a page that is not valid. */
async function corruptDatabase(path: string): Promise<void> {
  const database = new DatabaseSync(path);
  database.exec('BEGIN; CREATE TABLE a (b TEXT)');
  const insert = database.prepare('INSERT INTO a VALUES (?)');
  for (let row = 0; row < 1_000; row++) insert.run(`row ${row} `.repeat(10));
  database.exec('CREATE INDEX c ON a (b); COMMIT');
  database.close();
  const bytes = await readFile(path);
  bytes.fill(0xff, bytes.length - 3 * 4_096, bytes.length - 2 * 4_096);
  await writeFile(path, bytes);
}

knownDefect(
  'hosted',
  'fails for status 500 with a body that is as expected',
  'an own expect replaces what the kind implies',
  async () => {
    await using service = await startService();
    service.serve(json({ status: 'ok' }, 500));
    const result = await service.monitor({
      with: {
        url: '',
        checks: `[{name: shop, http: {url: '${service.server.url}'}, expect: "json.status == 'ok'"}]`,
      },
    });
    expect(result.outcome, result.log).toBe('failure');
  },
);

cell('first-ever', 'the first outage gets the first issue, and no deploy is missing', async () => {
  await using service = await startService();
  service.github.state.runs.splice(0);
  await service.monitor();
  expect(service.github.state.labels).toEqual([]);
  service.serve(respond(500));
  const bad = await service.monitor();
  expect(bad.outcome, bad.log).toBe('failure');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  expect(service.github.state.labels.map(({ name }) => name)).toEqual(['health-check-incident']);
});

cell('first-ever', 'says that the repair workflow does not exist', async () => {
  await using service = await startService();
  service.serve(respond(500));
  const bad = await service.monitor({ with: { 'on-unhealthy-workflow': 'repair.yml' } });
  expect(bad.outcome, bad.log).toBe('failure');
  expect(bad.log).toContain('repair.yml');
  expect(bad.annotations.map(({ level }) => level)).toContain('warning');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 0 });
});

cell('two-repositories', 'an outage of the blog leaves the issues of the shop alone', async () => {
  await using shop = await startService({ repository: 'octo-org/shop' });
  await using blog = await startService({ repository: 'octo-org/blog' });
  await using runners = await selfHostedRunner();
  blog.serve(respond(500));
  // Both monitors have the same name, job, and check.
  const checks = (service: typeof shop) => ({
    with: { url: '', checks: `[{name: page, http: {url: '${service.server.url}'}}]` },
    runners,
  });
  const failed = await blog.monitor(checks(blog));
  expect(failed.outcome, failed.log).toBe('failure');
  const passed = await shop.monitor(checks(shop));
  expect(passed.outcome, passed.log).toBe('success');
  expect(shop.seen()).toEqual(NOTHING);
  expect(blog.seen()).toMatchObject({ open: ['Unhealthy: page'], deploys: 1 });
});

cell('after-a-year', 'an outage of last year is not the outage of today', async () => {
  await using service = await startService();
  service.serve(respond(500));
  await service.monitor();
  service.serve(respond(200));
  await service.monitor();
  service.github.advance(365 * 24 * HOUR);
  service.serve(respond(500));
  const bad = await service.monitor();
  expect(bad.outcome, bad.log).toBe('failure');
  expect(service.seen()).toMatchObject({ issues: 2, deploys: 2 });
  expect(service.seen().open).toHaveLength(1);
});

cell('after-a-year', 'an outage of a year still has its issue and its one deploy', async () => {
  await using service = await startService();
  service.serve(respond(500));
  await service.monitor();
  service.github.advance(365 * 24 * HOUR);
  await service.monitor();
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  service.serve(respond(200));
  await service.monitor();
  expect(service.seen().open).toEqual([]);
  expect(service.github.state.issues[0]?.body).toMatch(/Recovered after \d+/);
});

cell('arc', 'a pod that is killed before its deploy leaves the next pod free', async () => {
  await using service = await startService();
  await using runners = await hostedRunners();
  service.serve(respond(500));
  const killed = new AbortController();
  service.github.addFault({
    on: DISPATCH,
    answer: 'hang',
  });
  const run = service.monitor({
    runners,
    cancel: { signal: killed.signal },
    // No signal that can be handled, and no post.
    patience: { afterInterrupt: 0, afterTerminate: 0 },
  });
  const hasAsked = () => service.github.calls.some(({ operation }) => operation === DISPATCH);
  await expect.poll(hasAsked, { timeout: 50_000 }).toBe(true);
  killed.abort();
  expect((await run).signal).toBe('SIGKILL');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 0 });
  service.github.advance(HOUR);
  const next = await service.monitor({ runners });
  expect(next.outcome, next.log).toBe('failure');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
});
