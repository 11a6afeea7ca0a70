import { respond } from '@repo/testkit/faults/answers';
import { schedule } from '@repo/testkit/setups/events';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { DISPATCH, HOUR, NOTHING, startService } from './health-check-service.ts';

cell('schedule', 'one issue and one deploy for an outage of three runs', async () => {
  await using service = await startService();
  await using runners = await hostedRunners(schedule());
  service.serve(respond(500));
  for (let run = 0; run < 3; run++) {
    const bad = await service.monitor({ runners });
    expect(bad.outcome, bad.log).toBe('failure');
    service.github.advance(HOUR);
  }
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  service.serve(respond(200));
  const good = await service.monitor({ runners });
  expect(good.outcome, good.log).toBe('success');
  expect(service.seen()).toMatchObject({ open: [], deploys: 1 });
});

knownDefect(
  'schedule',
  'one message for the outage, and one for the recovery',
  'each failed run sends a message, and the recovery sends none',
  async () => {
    await using service = await startService();
    await using runners = await hostedRunners(schedule());
    service.serve(respond(500));
    for (let run = 0; run < 3; run++) await service.monitor({ runners });
    expect(service.seen().messages).toBe(1);
    service.serve(respond(200));
    await service.monitor({ runners });
    expect(service.seen().messages).toBe(2);
  },
);

knownDefect(
  'schedule',
  'a check that is renamed during an outage starts no second deploy',
  'the identity of an incident depends on the names of the checks',
  async () => {
    await using service = await startService();
    await using runners = await hostedRunners(schedule());
    service.serve(respond(500));
    const checks = (name: string) => ({
      runners,
      with: { url: '', checks: `[{name: ${name}, http: {url: '${service.server.url}'}}]` },
    });
    await service.monitor(checks('shop'));
    await service.monitor(checks('shop-page'));
    expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  },
);

cell('rerun', 'another attempt of a failed run starts no second deploy', async () => {
  await using service = await startService();
  service.serve(respond(500));
  const first = await service.monitor();
  expect(first.outcome, first.log).toBe('failure');
  const run = service.github.state.runs.find(({ event }) => event === 'schedule');
  const again = { attemptOf: run?.id ?? 0, github: { run_attempt: '2' } };
  const second = await service.monitor(again);
  expect(second.outcome, second.log).toBe('failure');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
  // The deploy has repaired the service.
  service.serve(respond(200));
  const third = await service.monitor(again);
  expect(third.outcome, third.log).toBe('success');
  expect(service.seen()).toMatchObject({ open: [], issues: 1, deploys: 1 });
});

cell(
  'two-at-once',
  'two runs that see one outage open one issue and start one deploy',
  async () => {
    await using service = await startService();
    service.serve(respond(500));
    const runs = await Promise.all([service.monitor(), service.monitor()]);
    for (const { outcome, log } of runs) expect(outcome, log).toBe('failure');
    expect(service.seen().open).toHaveLength(1);
    expect(service.seen().deploys).toBe(1);
  },
);

cell(
  'two-at-once',
  'a run that is cancelled while it waits writes and starts nothing',
  async () => {
    await using service = await startService();
    const cancelled = new AbortController();
    service.serve(() => cancelled.abort());
    const run = await service.monitor({ cancel: { signal: cancelled.signal } });
    expect(run.outcome, run.log).toBe('cancelled');
    expect(service.seen()).toMatchObject({ issues: 0, deploys: 0 });
    service.serve(respond(200));
    const next = await service.monitor();
    expect(next.outcome, next.log).toBe('success');
  },
);

cell('matrix', 'each job of a matrix has the issue of its own check', async () => {
  await using service = await startService();
  service.serve(({ request, ...exchange }) =>
    respond(request.path === '/cart' ? 500 : 200)({ request, ...exchange }),
  );
  const jobs = (...paths: readonly string[]) =>
    Promise.all(paths.map((path) => service.monitor({ with: { url: service.server.url + path } })));
  const [shop, cart] = await jobs('/shop', '/cart');
  expect(shop?.outcome, shop?.log).toBe('success');
  expect(cart?.outcome, cart?.log).toBe('failure');
  expect(service.seen().open).toEqual([expect.stringContaining('/cart')]);
  expect(service.seen().deploys).toBe(1);
});

knownDefect(
  'matrix',
  'the issue stays open while the service is down in one of two regions',
  'the incident has no name of its own, so a healthy job closes that of another one',
  async () => {
    await using service = await startService();
    const url = 'http://shop.example';
    const { port } = service.server;
    const region = (path: string) => ({
      with: {
        url: '',
        checks: `[{name: shop, http: {url: '${url}:${port}/${path}'}}]`,
        resolve: `shop.example:${port}=127.0.0.1`,
      },
    });
    service.serve(({ request, ...exchange }) =>
      respond(request.path === '/west' ? 500 : 200)({ request, ...exchange }),
    );
    await service.monitor(region('west'));
    await service.monitor(region('east'));
    expect(service.seen().open).toHaveLength(1);
  },
);

cell('killed', 'a run that is killed after its deploy starts no second one later', async () => {
  await using service = await startService();
  service.serve(respond(500));
  const killed = new AbortController();
  service.github.state.onRun = () => killed.abort();
  service.github.addFault({ on: DISPATCH, when: 'after', answer: 'hang' });
  const run = await service.monitor({
    cancel: { signal: killed.signal },
    patience: { afterInterrupt: 0, afterTerminate: 0 },
  });
  expect(run.signal, run.log).toBe('SIGKILL');
  service.github.state.onRun = () => {};
  const next = await service.monitor();
  expect(next.outcome, next.log).toBe('failure');
  expect(service.seen()).toMatchObject({ issues: 1, deploys: 1 });
});

cell('killed', 'a run that is killed while it checks leaves nothing', async () => {
  await using service = await startService();
  const killed = new AbortController();
  service.serve(() => killed.abort());
  const run = await service.monitor({
    cancel: { signal: killed.signal },
    patience: { afterInterrupt: 0, afterTerminate: 0 },
  });
  expect(run.signal, run.log).toBe('SIGKILL');
  expect(service.seen()).toEqual(NOTHING);
});
