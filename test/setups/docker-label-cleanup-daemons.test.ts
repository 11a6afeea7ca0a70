import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { startProxy, startSkewedProxy } from '../real/docker-proxy.ts';
import { cell, knownDefect } from './cell.ts';
import {
  cleanUp,
  expectShopServes,
  hasDocker,
  leaveTestObjects,
  namesOf,
  startShop,
  TESTING,
  useDockerd,
} from './docker/stage.ts';

const possible = { possible: hasDocker };
const getDaemon = useDockerd();
const NO_NETWORK = ['--network', 'none', 'box:1'];
const TWO_DAYS_MS = 172_800_000;

async function sweep(
  host: { readonly host: string },
  inputs: Readonly<Record<string, string>> = {},
) {
  await using runner = await selfHostedRunner();
  const { log, outcome } = await cleanUp(await runner.startJob(), host, inputs);
  return { log, outcome };
}

cell(
  'odd-names',
  'compares label values exactly: spaces, equals signs, quotes, newlines, other alphabets',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    const odd = ['a b', 'a=b', `"'$(id)\``, 'größe 大', '*', '-'];
    for (const [index, value] of odd.entries()) {
      await daemon.docker(
        'create',
        '--name',
        `odd-${index}`,
        '--label',
        `for=${value}`,
        ...NO_NETWORK,
      );
    }
    await daemon.docker('create', '--name', 'odd-lines', '--label', 'for=a\nb', ...NO_NETWORK);
    for (const [index, value] of odd.entries()) {
      const { log } = await sweep(daemon, { labels: `for=${value}` });
      expect(await namesOf(daemon, `odd-${index}`), log).toEqual([]);
      expect(await namesOf(daemon, 'odd'), log).toHaveLength(odd.length - index);
    }
    const shell = await sweep(daemon, { mode: 'setup', labels: 'for=$(id)' });
    expect(shell.outcome, shell.log).toBe('failure');
    await expectShopServes(daemon);
  },
  possible,
);

knownDefect(
  'odd-names',
  'protect: name:db-[0-9] keeps db-1',
  'a range in a glob is compared as text',
  async () => {
    await getDaemon().docker('create', '--name', 'db-1', ...TESTING, ...NO_NETWORK);
    const { log } = await sweep(getDaemon(), { protect: 'name:db-[0-9]' });
    expect(await namesOf(getDaemon(), 'db'), log).toEqual(['db-1']);
  },
  possible,
);

knownDefect(
  'odd-names',
  'protect: name:{web,db} keeps db',
  'alternatives in a glob are compared as text',
  async () => {
    await getDaemon().docker('create', '--name', 'db', ...TESTING, ...NO_NETWORK);
    const { log } = await sweep(getDaemon(), { protect: 'name:{web,db}' });
    expect(await namesOf(getDaemon(), 'db'), log).toEqual(['db']);
  },
  possible,
);

knownDefect(
  'odd-names',
  'a container started from docker.io/library/app:testing keeps the tag app:testing',
  'docker.io/library/app:testing is not recognized as app:testing',
  async () => {
    const { docker, importBusybox } = getDaemon();
    await importBusybox('app:testing', 'LABEL tier=ci');
    await docker('tag', 'app:testing', 'app:1');
    const name = 'docker.io/library/app:testing';
    await docker('run', '-d', '--name', 'web', '--network', 'none', '--label', 'tier=web', name);
    const { log } = await sweep(getDaemon(), { labels: 'tier=ci' });
    expect(await namesOf(getDaemon(), 'app:testing'), log).toEqual(['app:testing']);
  },
  possible,
);

knownDefect(
  'odd-names',
  'a test container with the label facade= is removed',
  'an empty label of six hexadecimal letters counts as a label of the runner',
  async () => {
    const labels = [...TESTING, '--label', 'facade='];
    await getDaemon().docker('create', '--name', 'test', ...labels, ...NO_NETWORK);
    const { log } = await sweep(getDaemon());
    expect(await namesOf(getDaemon(), 'test'), log).toEqual([]);
  },
  possible,
);

knownDefect(
  'proxied',
  'a proxy that answers {} for the containers does not cost a stopped container its network',
  'an answer that is not a list counts as an empty list',
  async () => {
    const { docker } = getDaemon();
    await docker('network', 'create', '--internal', ...TESTING, 'web-net');
    await docker('create', '--name', 'web', '--network', 'web-net', 'box:1');
    await using proxy = await startProxy(getDaemon(), 'empty', {
      body: (_, path) => (path.includes('/containers/json') ? '{}' : undefined),
    });
    const { log } = await sweep(proxy);
    expect(await namesOf(getDaemon(), 'web'), log).toEqual(['web', 'web-net']);
  },
  possible,
);

knownDefect(
  'schedule',
  'min-age keeps a new container if the clock of the daemon is two days ahead',
  'age is computed from the clock of the daemon alone',
  async () => {
    await getDaemon().docker('create', '--name', 'new', ...TESTING, ...NO_NETWORK);
    await using skewed = await startSkewedProxy(getDaemon(), TWO_DAYS_MS);
    const { log } = await sweep(skewed, { 'min-age': '1d' });
    expect(await namesOf(getDaemon(), 'new'), log).toEqual(['new']);
  },
  possible,
);

knownDefect(
  'schedule',
  'a sweep of the build cache alone needs no labels',
  'labels is required although only the build cache is cleaned up',
  async () => {
    const { log, outcome } = await sweep(getDaemon(), {
      labels: '',
      resources: 'build-cache',
      'build-cache-older-than': '7d',
    });
    expect(outcome, log).toBe('success');
  },
  possible,
);

knownDefect(
  'self-hosted',
  'the volume of a swarm service that is scaled to 0 stays',
  'the volumes of services without tasks count as unused',
  async () => {
    const { docker } = getDaemon();
    await docker('swarm', 'init', '--advertise-addr', '127.0.0.1');
    try {
      await docker('volume', 'create', ...TESTING, 'db-data');
      const mount = 'type=volume,source=db-data,target=/data';
      await docker(
        'service',
        'create',
        '--detach',
        '--name',
        'db',
        '--replicas',
        '0',
        '--mount',
        mount,
        'box:1',
      );
      const { log } = await sweep(getDaemon());
      expect(await namesOf(getDaemon(), 'db-data'), log).toEqual(['db-data']);
    } finally {
      await docker('swarm', 'leave', '--force');
    }
  },
  possible,
);

cell(
  'ghes',
  'cleans up on a runner of GitHub Enterprise Server without a request to it',
  async () => {
    const daemon = getDaemon();
    await startShop(daemon);
    await leaveTestObjects(daemon, 'job1');
    const urls = {
      server_url: 'https://github.example.com',
      api_url: 'https://github.example.com/api/v3',
      graphql_url: 'https://github.example.com/api/graphql',
    };
    await using runners = await hostedRunners((plan) => ({
      ...plan,
      github: { ...plan.github, ...urls },
    }));
    const job = await runners.startJob();
    const result = await cleanUp(job, daemon);
    expect(result.outcome, result.log).toBe('success');
    expect(result.annotations).toEqual([]);
    const broken = await cleanUp(job, { host: `${daemon.host}.none` }, { 'fail-on': 'error' });
    expect(broken.outcome, broken.log).toBe('failure');
    expect(await namesOf(daemon)).toEqual(['shop', 'shop-data', 'shop-net', 'shop:1']);
    await expectShopServes(daemon);
  },
  possible,
);
