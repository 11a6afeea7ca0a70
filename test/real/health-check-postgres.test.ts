import { certificates } from '@repo/testkit/certificates/certificates';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { describe, expect, test } from 'vitest';
import { healthCheck } from './health-check.ts';
import { POSTGRES_PASSWORD, postgresEngine, startPostgres } from './postgres.ts';

const path = postgresEngine.path ?? '';
const { ca } = certificates();
const login = `admin:${encodeURIComponent(POSTGRES_PASSWORD)}`;

describe.skipIf(postgresEngine.path === undefined)(
  `health-check and a real PostgreSQL ${postgresEngine.needs}`,
  () => {
    test('readiness, queries of each type, version; a stopped server is unhealthy', async () => {
      await using server = await startPostgres(path, { login: 'scram-sha-256', tls: true });
      const at = `host: localhost, port: ${server.port}`;
      const user = `user: admin, password: "${POSTGRES_PASSWORD}", database: postgres`;
      const checks = `
      - name: readiness
        postgres: {${at}}
      - name: query
        postgres:
          host: 127.0.0.1
          port: ${server.port}
          user: admin
          password: ${POSTGRES_PASSWORD}
          database: postgres
          query: >
            select 7 as small, 9007199254740993 as big, 1.5::numeric as exact, 2.5::float8 as float,
              true as flag, 'tëxt' as text, null as nothing, '{"a": [1]}'::jsonb as json,
              'x' as "__proto__"
            from generate_series(1, 100000)
        expect:
          - row.small == 7 && row.big == 9007199254740993 && row.exact == 1.5 && row.float == 2.5
          - row.flag && row.text == 'tëxt' && row.nothing == null && row.json.a[0] == 1
          - version.matches('^[0-9]+[.]')
      - name: no row
        postgres: {${at}, ${user}, query: select 1 where false}
        expect: attempt == 1
      - name: trusted TLS
        postgres: {${at}, ${user}, tls: require, query: select ssl from pg_stat_ssl where pid = pg_backend_pid()}
        expect: row.ssl
      - name: no TLS
        postgres: {${at}, ${user}, tls: disable, query: select ssl from pg_stat_ssl where pid = pg_backend_pid()}
        expect: "!row.ssl"`;
      await using up = await healthCheck({
        checks,
        url: `postgres://${login}@localhost:${server.port}/postgres?sslmode=verify-full`,
        'ca-file': ca.certFile,
        'ip-family': '4',
      });
      expect(up.outputs.message).toBe('All 6 checks are healthy');

      await using unhealthy = await healthCheck({
        checks: `
        - name: expectation
          postgres: {${at}, ${user}, query: select 3 as waiting}
          expect: row.waiting == 0
        - name: syntax
          postgres: {${at}, ${user}, query: selec 1}
        - name: missing database
          postgres: {${at}, user: admin, password: "${POSTGRES_PASSWORD}", database: nowhere}
        - name: wrong password
          postgres: {${at}, user: admin, password: s3cr3t-wrong}
        - name: no password
          postgres: {${at}, user: admin}
        - name: untrusted
          postgres: {${at}, tls: require}
        - name: copy
          postgres: {${at}, ${user}, query: copy (select 1) to stdout}`,
        'ip-family': '4',
      });
      expect(unhealthy.outputs['failed-checks']).toBe(
        'expectation,syntax,missing database,wrong password,no password,untrusted,copy',
      );
      for (const reason of [
        'row.waiting was 3',
        'syntax error at or near "selec" (SQLSTATE 42601)',
        'database "nowhere" does not exist',
        'password authentication failed for user "admin" (SQLSTATE 28P01)',
        'the server requires a password, but none is given',
        'is not trusted',
        'COPY does not return rows',
      ]) {
        expect(unhealthy.log).toContain(reason);
      }
      for (const result of [up, unhealthy])
        expect(everythingWritten(result)).not.toContain('s3cr3t');

      await server.stop();
      await using down = await healthCheck({ url: `postgres://127.0.0.1:${server.port}` });
      expect(down.outputs.message).toContain('connection refused');
    });

    test.each(['md5', 'password'] as const)('logs in by %s', async (method) => {
      await using server = await startPostgres(path, { login: method });
      const url = `postgresql://${login}@127.0.0.1:${server.port}/postgres`;
      await using right = await healthCheck({ url });
      expect(right.outputs.message).toContain('is healthy');
      await using wrong = await healthCheck({ url: url.replace('s3cr3t', 'other') });
      expect(wrong.outputs.message).toContain('password authentication failed');
      await using tls = await healthCheck({ url: `${url}?sslmode=require` });
      expect(tls.outputs.message).toContain('the server does not offer TLS');
    });
  },
);
