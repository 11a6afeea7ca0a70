import { once } from 'node:events';
import { connect } from 'node:net';
import { certificates } from '@repo/testkit/certificates/certificates';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';
import { healthCheck } from './health-check.ts';
import { MARIADB_PASSWORD, startMariadb } from './mariadb.ts';

const mariadb = engine('mariadbd', 'apt-get install mariadb-server');
const { ca } = certificates();

describe.skipIf(mariadb.path === undefined)(
  `health-check and a real MariaDB ${mariadb.needs}`,
  () => {
    test('readiness, queries of each type, version; a stopped server is unhealthy', async () => {
      await using server = await startMariadb(mariadb.path ?? '');
      const at = `host: localhost, port: ${server.port}`;
      const user = `user: app, password: "${MARIADB_PASSWORD}", database: shop`;
      const checks = `
      - name: greeting
        mysql: {${at}}
        expect: version.matches('^[0-9]+[.][0-9]+[.][0-9]+$')
      - name: ping
        mysql: {${at}, ${user}}
      - name: query
        mysql:
          host: 127.0.0.1
          port: ${server.port}
          user: app
          password: ${MARIADB_PASSWORD}
          database: shop
          query: >
            select 7 as small, 9007199254740993 as big, 1.5 as exact, 2.5e0 as inexact,
              true as flag, 'tëxt' as text, null as nothing, repeat('x', 70000) as long_text
            from seq_1_to_1000
        expect:
          - row.small == 7 && row.big == 9007199254740993 && row.exact == 1.5 && row.inexact == 2.5
          - row.flag == 1 && row.text == 'tëxt' && row.nothing == null
          - size(row.long_text) == 70000
      - name: no row
        mysql: {${at}, ${user}, query: select 1 from dual where false}
        expect: attempt == 1
      - name: write
        mysql: {${at}, ${user}, query: create table pastes (id int)}
      - name: trusted TLS
        mysql: {${at}, ${user}, tls: require, query: show status like 'Ssl_cipher'}
        expect: row.Value != ''
      - name: no TLS
        mysql: {${at}, ${user}, tls: disable, query: show status like 'Ssl_cipher'}
        expect: row.Value == ''`;
      const login = `app:${encodeURIComponent(MARIADB_PASSWORD)}`;
      await using up = await healthCheck({
        checks,
        url: `mariadb://${login}@localhost:${server.port}/shop?ssl-mode=VERIFY_IDENTITY`,
        'ca-file': ca.certFile,
        'ip-family': '4',
      });
      expect(up.outputs.message).toBe('All 8 checks are healthy');

      await using unhealthy = await healthCheck({
        checks: `
        - name: expectation
          mysql: {${at}, ${user}, query: select 3 as waiting}
          expect: row.waiting == 0
        - name: syntax
          mysql: {${at}, ${user}, query: selec 1}
        - name: missing database
          mysql: {${at}, user: app, password: "${MARIADB_PASSWORD}", database: nowhere}
        - name: wrong password
          mysql: {${at}, user: app, password: s3cr3t-wrong}
        - name: untrusted
          mysql: {${at}, ${user}, tls: require}
        - name: unknown login
          mysql: {${at}, user: edwards, password: s3cr3t-unused}
        - name: local file
          mysql: {${at}, ${user}, query: load data local infile '/etc/passwd' into table pastes}`,
        'ip-family': '4',
      });
      expect(unhealthy.outputs['failed-checks']).toBe(
        'expectation,syntax,missing database,wrong password,untrusted,unknown login,local file',
      );
      for (const reason of [
        'row.waiting was 3',
        'You have an error in your SQL syntax',
        "Access denied for user 'app'@'%' to database 'nowhere'",
        "Access denied for user 'app'@'localhost' (using password: YES)",
        'is not trusted',
        "Access denied for user 'edwards'@'localhost'",
      ]) {
        expect(unhealthy.log).toContain(reason);
      }
      for (const result of [up, unhealthy])
        expect(everythingWritten(result)).not.toContain('s3cr3t');

      await server.stop();
      await using down = await healthCheck({ url: `mysql://127.0.0.1:${server.port}` });
      expect(down.outputs.message).toContain('connection refused');
    });

    test('readiness checks do not block this host', async () => {
      await using server = await startMariadb(mariadb.path ?? '', ['--max-connect-errors=1']);
      const url = `mysql://127.0.0.1:${server.port}`;
      await using result = await healthCheck({
        url,
        'max-attempts': '0',
        'success-threshold': '10',
        interval: '1ms',
      });
      expect(result.outputs.message).toContain('is healthy, after 10 attempts');
    });

    test('a server with too many connections is unhealthy', async () => {
      await using server = await startMariadb(mariadb.path ?? '', ['--max-connections=10']);
      const login = `app:${encodeURIComponent(MARIADB_PASSWORD)}`;
      const url = `mysql://${login}@127.0.0.1:${server.port}`;
      const held = Array.from({ length: 10 }, () => connect(server.port, '127.0.0.1'));
      try {
        await Promise.all(held.map((socket) => once(socket, 'data')));
        await using result = await healthCheck({ url });
        expect(result.outputs.message).toContain('Too many connections (error 1040)');
      } finally {
        for (const socket of held) socket.destroy();
      }
    });
  },
);
