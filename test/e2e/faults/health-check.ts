import { json } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { createWorkspace, disposeOf, LONG, type Scenario } from './scenario.ts';

export const scenario: Scenario = {
  passing: async () => {
    const server = await startHttpServer({ script: json({ status: 'ok' }) });
    return { ...disposeOf(server), with: { url: `${server.url}/`, 'max-attempts': '1' } };
  },
  endless: async () => ({
    [Symbol.asyncDispose]: async () => {},
    with: { url: `http://127.0.0.1:${await closedPort()}/`, interval: '50ms', deadline: '10m' },
    startedLine: /attempt 1/,
  }),
  oversized: async () => {
    const port = await closedPort();
    const checks = Array.from({ length: 6_000 }, (_, index) => ({
      name: `${index} ${LONG}`,
      tcp: { host: '127.0.0.1', port },
      'max-attempts': 1,
    }));
    return createWorkspace(
      { 'checks.json': JSON.stringify({ checks }) },
      { config: 'checks.json' },
    );
  },
  withoutNetwork: { exitCode: 1, verdict: 'fail', message: /127\.\S+ is unreachable/ },
};
