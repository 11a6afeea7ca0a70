import { selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { changeAfterSurvey, changeBeforeRemoval } from './docker/race.ts';
import { cleanUp, hasDocker, namesOf, TESTING, useDockerd } from './docker/stage.ts';

const possible = { possible: hasDocker };
const getDaemon = useDockerd();

/** The names of the running containers. */
const listRunning = () => getDaemon().docker('ps', '--format', '{{.Names}}');

/** Runs the action in a job of a self-hosted runner and returns the log. */
async function sweep(
  host: { readonly host: string },
  inputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using runner = await selfHostedRunner();
  return (await cleanUp(await runner.startJob(), host, inputs)).log;
}

knownDefect(
  'self-hosted',
  'production that runs an image built for tests keeps running',
  'a running container is removed because of the labels of its image',
  async () => {
    const { docker, importBusybox } = getDaemon();
    await importBusybox('app:testing', 'LABEL environment=testing');
    await docker('tag', 'app:testing', 'app:production');
    await docker('run', '-d', '--name', 'web', '--network', 'none', 'app:production');
    const log = await sweep(getDaemon());
    expect(await listRunning(), log).toBe('web');
  },
  possible,
);

knownDefect(
  'self-hosted',
  'protect: name:db keeps a database that another container links to',
  'only the first name of a container is compared, and --link adds one before it',
  async () => {
    const { docker } = getDaemon();
    await docker('run', '-d', '--name', 'db', ...TESTING, '--network', 'none', 'box:1');
    await docker('create', '--name', 'app', '--network', 'none', '--link', 'db:db', 'box:1');
    const log = await sweep(getDaemon(), { protect: 'name:db' });
    expect(await listRunning(), log).toBe('db');
  },
  possible,
);

knownDefect(
  'self-hosted',
  'label-source: own keeps an image of BuildKit that inherits the label',
  'images without a parent ID seem to have no inherited labels',
  async () => {
    const { docker, dockerWith, importBusybox, folder } = getDaemon();
    await importBusybox('base:1', 'LABEL environment=testing');
    await dockerWith('FROM base:1\nLABEL of=shop\n', 'build', '-q', '-t', 'shop:1', '-');
    // A loaded image has no parent ID, like one of BuildKit.
    await docker('save', '-o', `${folder}/shop.tar`, 'shop:1');
    await docker('rmi', 'shop:1');
    await docker('load', '-i', `${folder}/shop.tar`);
    const log = await sweep(getDaemon(), { 'label-source': 'own' });
    expect(await namesOf(getDaemon(), 'shop'), log).toEqual(['shop:1']);
  },
  possible,
);

knownDefect(
  'self-hosted',
  'max-deletions counts anonymous volumes, so nothing is removed',
  'anonymous volumes of removed containers are not counted by max-deletions',
  async () => {
    const { docker } = getDaemon();
    const volumes = ['/a', '/b', '/c'].flatMap((path) => ['-v', path]);
    await docker('create', '--name', 'test', ...TESTING, ...volumes, '--network', 'none', 'box:1');
    const log = await sweep(getDaemon(), { 'max-deletions': '1' });
    expect(await namesOf(getDaemon()), log).toHaveLength(4);
  },
  possible,
);

cell(
  'two-at-once',
  'a container that is created during the clean-up keeps its network and starts',
  async () => {
    const { docker } = getDaemon();
    await docker('network', 'create', '--internal', ...TESTING, 'shared-net');
    await using race = await changeAfterSurvey(getDaemon(), () =>
      docker('create', '--name', 'web', '--network', 'shared-net', 'box:1'),
    );
    const log = await sweep(race);
    expect(race.happened()).toBe(true);
    await docker('start', 'web');
    expect(await listRunning(), log).toBe('web');
  },
  possible,
);

knownDefect(
  'two-at-once',
  'a container that is started during the clean-up keeps the tag of its image',
  'the action does not ask again which containers use a tag before it is removed',
  async () => {
    const { docker, importBusybox } = getDaemon();
    await importBusybox('app:testing', 'LABEL environment=testing');
    await docker('tag', 'app:testing', 'app:production');
    await using race = await changeAfterSurvey(getDaemon(), () =>
      docker('run', '-d', '--name', 'web', '--network', 'none', 'app:testing'),
    );
    const log = await sweep(race);
    // Not an assertion: it would hide that the defect is gone.
    if (!race.happened()) return;
    expect(await namesOf(getDaemon(), 'app'), log).toEqual(['app:production', 'app:testing']);
  },
  possible,
);

knownDefect(
  'two-at-once',
  'a container that joins the network of a test container during the clean-up stays connected',
  'the action does not ask again which containers share a network namespace',
  async () => {
    const { docker } = getDaemon();
    await docker('network', 'create', '--internal', 'app-net');
    await docker('run', '-d', '--name', 'test', ...TESTING, '--network', 'app-net', 'box:1');
    await using race = await changeAfterSurvey(getDaemon(), () =>
      docker('run', '-d', '--name', 'web', '--network', 'container:test', 'box:1'),
    );
    const log = await sweep(race);
    // Not an assertion: it would hide that the defect is gone.
    if (!race.happened()) return;
    expect((await listRunning()).split('\n').sort(), log).toEqual(['test', 'web']);
  },
  possible,
);

knownDefect(
  'two-at-once',
  'running: skip leaves a container that is started just before its removal',
  'running: skip removes with force, which kills a container that was started meanwhile',
  async () => {
    const { docker } = getDaemon();
    await docker('create', '--name', 'web', ...TESTING, '--network', 'none', 'box:1');
    await using race = await changeBeforeRemoval(getDaemon(), () => docker('start', 'web'));
    const log = await sweep(race, { running: 'skip' });
    expect(await listRunning(), log).toBe('web');
  },
  possible,
);
