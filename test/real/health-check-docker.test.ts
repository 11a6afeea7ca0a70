import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';
import { checksOf, healthCheck } from './health-check.ts';
import { readmeExample, replaceValues } from './readme-example.ts';

/** A small service that logs on both streams: errors, requests, a traceback. */
const SERVICE = `
echo 'INFO:root:started'
echo '192.0.2.1 - - [20/Nov/2026:18:16:48 +0000] "GET /a?token=s3cr3t-1 HTTP/1.1" 200 1 "-" "-"'
echo '192.0.2.2 - - [20/Nov/2026:18:16:49 +0000] "POST / HTTP/1.1" 503 1 "-" "-"'
printf '\\033[31mERROR\\033[0m: cannot open postgres://app:s3cr3t-2@db/x: database is locked\\n'
{ echo 'ERROR:root:request failed'
  echo 'Traceback (most recent call last):'
  echo '  File "a.py", line 1, in <module>'
  echo 'ValueError: no'
  echo 'unknown format'; } >&2`;

describe.skipIf(dockerEngine.path === undefined)(
  `health-check and a real Docker ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;

    beforeAll(async () => {
      daemon = await startDockerd();
      await daemon.importBusybox('box:1');
      await start('plain', 'sleep 600');
      await start('healthy', 'sleep 600', '--health-cmd', 'true', '--health-interval', '100ms');
      await start('starting', 'sleep 600', '--health-cmd', 'true', '--health-interval', '1h');
      await start(
        ...(['failing', 'echo serving; sleep 600', '--health-cmd', 'echo not yet; false'] as const),
        ...['--health-interval', '100ms', '--health-retries', '1'],
      );
      await start('over', 'echo out of luck >&2; exit 7');
      await start('again', 'exit 3', '--restart', 'always');
      await start('service', SERVICE);
    });
    afterAll(() => daemon?.[Symbol.asyncDispose]());

    function start(name: string, script: string, ...options: readonly string[]) {
      const run = ['run', '-d', '--network', 'none', '--name', name, ...options];
      return daemon.docker(...run, 'box:1', 'sh', '-c', script);
    }

    /** Runs checks with the daemon in DOCKER_HOST. */
    function check(checks: string, inputs: Readonly<Record<string, string>> = {}) {
      return healthCheck(
        { checks, 'max-attempts': '100', interval: '100ms', ...inputs },
        { env: { DOCKER_HOST: daemon.host } },
      );
    }

    test('running containers with and without a health check', async () => {
      await using result = await check(`
        - {name: plain, docker: {container: plain}}
        - {name: healthy, docker: {container: healthy}}
        - name: all variables
          docker: {container: plain, host: "${daemon.host}"}
          expect:
            - state == 'running' && health == 'none' && image == 'box:1'
            - restarts == 0 && age < duration('10m') && age > duration('0s')
        - name: ended as it should
          docker: {container: over}
          expect: [state == 'exited', exitCode == 7]
        - name: restarts
          docker: {container: again}
          expect: restarts > 0`);
      expect(result.outputs.message).toBe('All 5 checks are healthy');
    });

    test('stopped, unhealthy, starting, restarting and missing containers, with evidence', async () => {
      await using result = await check(
        `
        - {name: over, docker: {container: over}}
        - {name: starting, docker: {container: starting}}
        - {name: again, docker: {container: again}, expect: restarts < 1, max-attempts: 1}
        - {name: gone, docker: {container: gone}}
        - {name: failing, docker: {container: failing}, expect: "health == 'healthy'", fail-when: "health == 'unhealthy'", max-attempts: 200}`,
        { 'max-attempts': '2' },
      );
      expect(result.exitCode).toBe(1);
      const [over, starting, again, gone, failing] = await checksOf(result);
      expect(over.reason).toContain(`state == 'running': state was "exited"`);
      expect(over.evidence).toEqual([
        { title: 'state', lines: ['exit code 7'] },
        { title: 'last output', lines: ['out of luck'] },
      ]);
      expect(starting.reason).toContain('health was "starting"');
      expect(again.reason).toMatch(/restarts was \d+/);
      expect(gone.reason).toContain('container gone does not exist');
      expect(failing.reason).toContain("fail-when is met: health == 'unhealthy'");
      expect(failing.evidence).toEqual([
        { title: 'last health check', lines: ['not yet'] },
        { title: 'last output', lines: ['serving'] },
      ]);
      for (const one of [over, starting, again, gone, failing])
        expect(one.status).toBe('unhealthy');
    });

    test('analyses both streams of a container log', async () => {
      await using result = await check(`
        - name: log
          log: {container: service}
          expect:
            - lines == 9 && errors == 2 && unmatched == 1
            - levels['INFO'] == 1 && levels['ERROR'] == 2
            - categories['database'] == 1 && categories['exception'] == 1
            - requests.total == 2 && requests.clients == 2
            - requests.byStatusClass['5xx'] == 1 && requests.byMethod['POST'] == 1
        - {name: since, log: {container: service, since: 1h}, expect: lines == 9}
        - {name: tail, log: {container: service, tail: 2}, expect: lines == 2}
        - {name: quiet, log: {container: plain}}`);
      expect(result.outputs.message).toBe('All 4 checks are healthy');
      expect(result.summary).toContain('errors: 2 (database 1, exception 1)');
    });

    test('shows the latest errors without secrets', async () => {
      await using result = await check('[{name: log, log: {container: service}}]', {
        'max-attempts': '1',
      });
      expect(result.outputs.message).toContain('errors == 0: errors was 2');
      const [{ evidence }] = await checksOf(result);
      expect(evidence[0].lines.toSorted()).toEqual([
        'ERROR: cannot open postgres://***@db/x: database is locked',
        'ERROR:root:request failed … ValueError: no',
      ]);
      expect(everythingWritten(result)).not.toContain('s3cr3t');
    });

    test('a missing daemon, a missing container and an unreadable log are unknown', async () => {
      await daemon.docker(
        ...['run', '-d', '--network', 'none', '--name', 'mute', '--log-driver', 'none'],
        ...['box:1', 'sleep', '600'],
      );
      await using result = await check(
        `
        - {name: a, docker: {container: plain, host: "unix://${daemon.folder}/no.sock"}}
        - {name: b, docker: {container: plain, host: "tcp://127.0.0.1:1"}}
        - {name: c, log: {container: gone}}
        - {name: d, log: {container: mute}}`,
        { 'max-attempts': '1' },
      );
      expect(result.exitCode).toBe(1);
      const [a, b, c, d] = await checksOf(result);
      for (const one of [a, b, c, d]) expect(one.status).toBe('unknown');
      expect(a.reason).toContain('no.sock');
      expect(b.reason).toContain('127.0.0.1:1');
      expect(c.reason).toContain('container gone does not exist');
      expect(d.reason).toContain('does not support reading');
    });

    test('the README example works', async () => {
      const inputs = replaceValues(await readmeExample('containers'), { tailpaste: 'healthy' });
      await using result = await check(inputs.checks ?? '');
      expect(result.outputs.message).toBe('All 2 checks are healthy');
    });
  },
);
