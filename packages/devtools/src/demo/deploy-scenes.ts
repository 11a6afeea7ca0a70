import { join } from 'node:path';
import { openShop, type Release } from './shop.ts';
import type { Stage } from './stage.ts';

const GOOD: Release = {
  version: '1.4.1',
  sha: '1'.repeat(40),
  migration: `
    create table orders (id integer primary key, article text not null);
    insert into orders (article) values ('a lamp'), ('two chairs'), ('a table');
  `,
};
const BAD: Release = { version: '1.5.0', sha: 'b'.repeat(40), migration: 'drop table orders' };

/** A good release, a bad one, and the way back. */
export async function deployScenes(stage: Stage, folder: string): Promise<void> {
  await using shop = await openShop(folder);
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

  stage.scene('A good release goes out');
  stage.tell(`\`deploy.sh\` puts **${GOOD.version}** there: a file and a database with 3 orders.`);
  shop.deploy(GOOD);
  await stage.step({ ...check('good-release', GOOD.version), expect: 'pass' });
  stage.tell('It is well, so it is recorded as good.');
  await stage.step({
    ...rollback('mark', GOOD.sha, { mode: 'mark' }),
    expect: 'pass',
    quiet: true,
  });

  stage.scene('A bad one follows');
  stage.tell(
    `First a snapshot of what runs. Then **${BAD.version}**, whose migration drops a table.`,
  );
  await stage.step({
    ...rollback('snapshot', BAD.sha, { mode: 'snapshot' }),
    expect: 'pass',
    quiet: true,
  });
  shop.deploy(BAD);
  await stage.step({ ...check('bad-release', BAD.version), expect: 'fail' });

  stage.scene('The last good one comes back, files and database');
  stage.tell(
    '`if: failure()`, the job goes on with deploy-rollback. It fails the job all the same.',
  );
  await stage.step({
    ...rollback('rollback', BAD.sha, {
      reason: 'the health check failed',
      'verify-url': `${shop.url}/health`,
      'expect-identity': 'sha={sha}',
    }),
    expect: 'fail',
  });
  await stage.step({ ...check('after-rollback', GOOD.version), expect: 'pass', quiet: true });
}
