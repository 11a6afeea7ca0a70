import { respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { byPath } from '@repo/testkit/faults/script';
import { startFakeDocker } from '../fake-docker.ts';
import { disposeOf, LONG, type Scenario } from './scenario.ts';

export const scenario: Scenario = {
  passing: async () => {
    const docker = await startFakeDocker([]);
    return { ...disposeOf(docker), with: { host: docker.host, labels: 'environment=testing' } };
  },
  endless: async () => {
    const ping = respond(200, { body: 'OK', headers: { 'api-version': '1.41' } });
    const server = await startHttpServer({ script: byPath({ '/_ping': ping }, hang()) });
    const host = server.url.replace('http:', 'tcp:');
    return {
      ...disposeOf(server),
      with: { host, labels: 'environment=testing', retries: '0' },
      startedLine: /^Looking for/,
    };
  },
  oversized: async () => {
    const docker = await startFakeDocker(
      Array.from({ length: 12_000 }, (_, index) => ({
        kind: 'volume',
        id: `${index}-${LONG}`,
        labels: { environment: 'testing' },
      })),
    );
    const inputs = { host: docker.host, labels: 'environment=testing', mode: 'plan' };
    return { ...disposeOf(docker), with: { ...inputs, 'max-deletions': '20000' } };
  },
  withoutNetwork: { exitCode: 0, verdict: 'unknown', message: /daemon|reach/i },
};
