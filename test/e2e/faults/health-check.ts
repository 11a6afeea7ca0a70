import { json } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { disposing, folderWith, LONG, type Scenario } from './scenario.ts';

export const scenario: Scenario = {
  calm: async () => {
    const server = await startHttpServer({ script: json({ status: 'ok' }) });
    return { ...disposing(server), with: { url: `${server.url}/`, 'max-attempts': '1' } };
  },
  slow: async () => ({
    [Symbol.asyncDispose]: async () => {},
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
};
