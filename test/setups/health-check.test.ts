import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { noNetwork } from '@repo/testkit/setups/network';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));

cell('hosted', 'passes for a page that is served, fails for one that is not', async () => {
  let page = respond(200);
  await using server = await startHttpServer({ script: (exchange) => page(exchange) });
  await using runners = await hostedRunners();
  const first = await runners.startJob();
  const good = await first.run({ action, with: { url: server.url } });
  expect(good.outcome, good.log).toBe('success');
  await first.end();
  page = respond(500);
  const second = await runners.startJob({ run_id: '1000000002' });
  const bad = await second.run({ action, with: { url: server.url, deadline: '1s' } });
  expect(bad.outcome, bad.log).toBe('failure');
});

knownDefect(
  'no-network',
  'does not call a healthy page unhealthy',
  'a runner without a route calls every target unhealthy',
  async () => {
    await using server = await startHttpServer({ script: respond(200) });
    await using runners = await hostedRunners(noNetwork());
    const job = await runners.startJob();
    const url = server.url.replace('127.0.0.1', '192.0.2.1');
    const result = await job.run({ action, with: { url, deadline: '1s' } });
    expect(result.outputs.status, result.log).toBe('unknown');
  },
  { possible: isRootOnLinux },
);
