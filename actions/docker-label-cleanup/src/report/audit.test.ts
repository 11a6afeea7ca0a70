import { describe, expect, test } from 'vitest';
import { protectLine } from '../input-parsers.ts';
import { plan } from '../plan.ts';
import type { RemovalResult } from '../removers/remove-object.ts';
import { getKey } from '../selection/docker-object.ts';
import { createProtectRules } from '../selection/protect.ts';
import {
  container,
  HOUR_MS,
  image,
  inventory,
  NOW_MS,
  network,
  policy,
  volume,
} from '../testing/inventory.ts';
import { auditMissing, createAudit, isLeftover, OUTCOMES } from './audit.ts';

const CI = { ci: '' };
const CREATED_AT = new Date(NOW_MS - HOUR_MS).toISOString();
const WEB = getKey({ kind: 'container', id: 'web', reference: undefined });
const webPlan = plan(inventory({ containers: [container('web', { labels: CI })] }), policy());

function results(...removals: [string, RemovalResult][]) {
  return { removals: new Map(removals), anonymousVolumes: new Map<string, string>() };
}

describe('an object of the plan', () => {
  test.each<RemovalResult>([
    { kind: 'removed', reason: 'ci' },
    { kind: 'gone', reason: 'already removed' },
    { kind: 'in-use', reason: 'container shop' },
    { kind: 'changed', reason: 'it is now running' },
    { kind: 'skipped', reason: 'disk usage is 40.0%' },
    { kind: 'failed', reason: 'device busy' },
  ])('has the result of its removal: $kind', ({ kind, reason }) => {
    const [entry] = createAudit(webPlan, results([WEB, { kind, reason }]));
    expect(entry).toMatchObject({ outcome: kind, reason });
  });

  test('is planned if the plan was not carried out', () => {
    expect(createAudit(webPlan)).toMatchObject([{ outcome: 'planned', reason: 'ci' }]);
  });

  test('is planned if the run stopped before its removal', () => {
    expect(createAudit(webPlan, results())).toMatchObject([{ outcome: 'planned' }]);
  });

  test('is removed if its container took it along as an anonymous volume', () => {
    const { decisions, steps } = plan(inventory({ volumes: [volume('data')] }), policy());
    const anonymousVolumes = new Map([['data', 'web']]);
    expect(
      createAudit({ decisions, steps }, { removals: new Map(), anonymousVolumes }),
    ).toMatchObject([{ outcome: 'removed', reason: 'anonymous volume of container web' }]);
  });
});

describe('an object outside of the plan has the reason why it stays', () => {
  const user = container('user', { networks: [{ name: 'net', id: 'net' }] });
  const mixedPlan = plan(
    inventory({
      containers: [
        user,
        container('runs', { labels: CI, state: 'running' }),
        container('young', { labels: CI, createdMs: NOW_MS - HOUR_MS / 2 }),
        container('prod', { labels: { ...CI, environment: 'production' } }),
      ],
      networks: [
        network('net', { labels: CI }),
        network('newest', { labels: CI, createdMs: NOW_MS - HOUR_MS + 1 }),
      ],
      volumes: [
        volume('older', { labels: CI }),
        volume('newer', { labels: CI, createdMs: NOW_MS - HOUR_MS + 1 }),
      ],
    }),
    policy({
      running: 'skip',
      minAgeMs: HOUR_MS - 1,
      keepLast: 1,
      protect: createProtectRules([protectLine().parse('environment=production')]),
    }),
  );

  test.each([
    ['user', 'unselected', /^no label group matches$/],
    ['runs', 'running', /^it is running$/],
    ['young', 'too-young', /^30m old$/],
    ['prod', 'protected', /environment=production/],
    ['net', 'in-use', /^container user$/],
    ['newest', 'kept', /^keep-last 1$/],
    ['newer', 'kept', /^keep-last 1$/],
    ['older', 'planned', /^ci$/],
  ])('%s: %s', (name, outcome, reason) => {
    const entry = createAudit(mixedPlan).find((one) => one.name === name);
    expect(entry).toMatchObject({ outcome, reason: expect.stringMatching(reason) });
  });

  test('and keeps it, whatever the results are', () => {
    const keys = mixedPlan.decisions.map(({ object }) => getKey(object));
    const removed = { kind: 'removed', reason: 'ci' } as const;
    const audit = createAudit(
      mixedPlan,
      results(...keys.map((key) => [key, removed] as [string, RemovalResult])),
    );
    expect(audit.map(({ name }) => name)).toEqual(
      mixedPlan.decisions.map(({ object }) => object.name),
    );
    expect(audit.filter(({ outcome }) => outcome === 'removed').map(({ name }) => name)).toEqual([
      'older',
    ]);
  });
});

test('lists each tag of an image with its own outcome', () => {
  const images = [image('sha256:1', { labels: CI, tags: ['app:1', 'app:2'], bytes: 7 })];
  const imagePlan = plan(inventory({ images }), policy({ tags: ['*'] }));
  const first = getKey({ kind: 'image', id: 'sha256:1', reference: 'app:1' });
  const common = {
    kind: 'image',
    id: 'sha256:1',
    reason: 'ci',
    bytes: 7,
    createdAt: CREATED_AT,
  };
  expect(createAudit(imagePlan, results([first, { kind: 'removed', reason: 'ci' }]))).toEqual([
    { ...common, name: 'app:1', outcome: 'removed' },
    { ...common, name: 'app:2', outcome: 'planned' },
  ]);
});

test('leaves out an unknown creation time', () => {
  const images = [image('sha256:1', { labels: CI, tags: ['app:1'], createdMs: 0 })];
  const [entry] = createAudit(plan(inventory({ images }), policy({ tags: ['*'] })));
  expect(entry).not.toHaveProperty('createdAt');
});

test('lists objects of the plan file that the daemon does not have anymore as gone', () => {
  const file = {
    daemon: 'x',
    approved: new Map(),
    steps: [
      { kind: 'container', name: 'web' },
      { kind: 'container', name: 'old' },
    ] as const,
  };
  expect(auditMissing(file, webPlan)).toMatchObject([{ name: 'old', outcome: 'gone' }]);
});

test('counts the outcomes that the README lists as leftovers', () => {
  const left = OUTCOMES.filter((outcome) =>
    isLeftover({ kind: 'volume', id: 'x', name: 'x', outcome, reason: '', bytes: 0 }),
  );
  expect(left).toEqual(['failed', 'in-use', 'changed', 'too-young', 'running']);
});
