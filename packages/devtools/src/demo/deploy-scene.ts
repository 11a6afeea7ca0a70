import { join } from 'node:path';
import type { DemoTerminal } from './demo-terminal.ts';
import { type Release, startShop } from './shop-server.ts';

const GOOD: Release = {
  version: '1.4.1',
  sha: '1'.repeat(40),
  migration: `
    create table orders (id integer primary key, article text not null);
    insert into orders (article) values ('a lamp'), ('two chairs'), ('a table');
  `,
};
const BAD: Release = { version: '1.5.0', sha: 'b'.repeat(40), migration: 'drop table orders' };

/** Deploys a good release, then a bad one, and rolls back. */
export async function deployScene(terminal: DemoTerminal, folder: string): Promise<void> {
  await using shop = await startShop(folder);
  const rollback = (name: string, sha: string, inputs: Readonly<Record<string, string>>) => ({
    action: 'deploy-rollback',
    name,
    cwd: folder,
    github: { sha },
    with: {
      strategies: '- files: {paths: [app]}\n- sqlite: {path: shop.db}',
      'state-dir': join(folder, 'state'),
      ledger: 'local',
      ...inputs,
    },
  });
  const check = (name: string, version: string) => ({
    action: 'health-check',
    name,
    cwd: folder,
    with: {
      url: `${shop.url}/health`,
      'expect-json': "$.status == 'ok'",
      'expect-version': version,
      'version-path': '$.version',
      interval: '500ms',
      deadline: '2s',
    },
  });

  terminal.heading('Deploy a good release');
  terminal.print(`\`deploy.sh\` deploys **${GOOD.version}**: a file and a database with 3 orders.`);
  shop.deploy(GOOD);
  await terminal.runStep({ ...check('good-release', GOOD.version), expect: 'pass' });
  terminal.print('It is healthy, so it is recorded as good.');
  await terminal.runStep({
    ...rollback('mark', GOOD.sha, { mode: 'mark' }),
    expect: 'pass',
    quiet: true,
  });

  terminal.heading('Deploy a bad release');
  terminal.print(
    `A snapshot of the current release, then **${BAD.version}**. Its migration drops a table.`,
  );
  await terminal.runStep({
    ...rollback('snapshot', BAD.sha, { mode: 'snapshot' }),
    expect: 'pass',
    quiet: true,
  });
  shop.deploy(BAD);
  await terminal.runStep({ ...check('bad-release', BAD.version), expect: 'fail' });

  terminal.heading('Restore the last good release, files and database');
  terminal.print('The job runs deploy-rollback with `if: failure()`. The job still fails.');
  await terminal.runStep({
    ...rollback('rollback', BAD.sha, {
      reason: 'the health check failed',
      'verify-url': `${shop.url}/health`,
      'expect-identity': 'sha={sha}',
    }),
    expect: 'fail',
  });
  await terminal.runStep({ ...check('after-rollback', GOOD.version), expect: 'pass', quiet: true });
}
