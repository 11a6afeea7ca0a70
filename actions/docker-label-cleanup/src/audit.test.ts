import { describe, expect, test } from 'vitest';
import { auditOf, type Entry, isLeftover, OUTCOMES } from './audit.ts';
import type { Result } from './carry-out.ts';
import { plan } from './plan.ts';
import { protectLine, protectRules } from './protect.ts';
import { keyOf } from './subject.ts';
import {
  container,
  HOUR_MS,
  image,
  NOW_MS,
  network,
  policy,
  volume,
  world,
} from './world.fixture.ts';

const CI = { ci: '' };
const BORN = new Date(NOW_MS - HOUR_MS).toISOString();

/** What is said of the one container of a daemon, planned to go, when this became of it. */
function become(result: Result | undefined): Pick<Entry, 'outcome' | 'why'> | undefined {
  const { decisions } = plan(world({ containers: [container('web', { labels: CI })] }), policy());
  const results =
    result && new Map([[keyOf({ kind: 'container', id: 'web', reference: undefined }), result]]);
  const [entry] = auditOf(decisions, results);
  return entry && { outcome: entry.outcome, why: entry.why };
}

describe('what was to be removed', () => {
  test.each<[Result, string]>([
    [{ kind: 'removed' }, 'ci'],
    [{ kind: 'gone' }, 'somebody else removed it'],
    [{ kind: 'in-use', by: 'container shop' }, 'container shop'],
    [{ kind: 'changed', what: 'it is running now' }, 'it is running now'],
    [{ kind: 'spared', why: 'the disk has room enough' }, 'the disk has room enough'],
    [{ kind: 'failed', why: 'device busy' }, 'device busy'],
  ])('%j: because of %s', (result, why) => {
    expect(become(result)).toEqual({ outcome: result.kind, why });
  });

  test('without results it is only planned, by what selected it', () => {
    expect(become(undefined)).toEqual({ outcome: 'planned', why: 'ci' });
  });

  test('what nothing came back for, as all was over, is told as planned, never as removed', () => {
    const { decisions } = plan(world({ containers: [container('web', { labels: CI })] }), policy());
    expect(auditOf(decisions, new Map())).toMatchObject([{ outcome: 'planned' }]);
  });
});

describe('what was not to be removed is told with its reason, whatever the results', () => {
  const user = container('user', { networks: [{ name: 'net', id: 'net' }] });
  const decisions = plan(
    world({
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
      ...{ running: 'skip', minAgeMs: HOUR_MS - 1, keepLast: 1 },
      protect: protectRules([protectLine().parse('environment=production')]),
    }),
  ).decisions;

  test.each([
    ['user', 'unselected', /no group of labels matches/],
    ['runs', 'running', /it is running/],
    ['young', 'too-young', /^30m old$/],
    ['prod', 'protected', /environment=production/],
    ['net', 'in-use', /^container user$/],
    ['newest', 'kept', /^keep-last 1$/],
    ['newer', 'kept', /^keep-last 1$/],
    ['older', 'planned', /^ci$/],
  ])('%s: %s', (name, outcome, why) => {
    const entry = auditOf(decisions, undefined).find((one) => one.name === name);
    expect(entry).toMatchObject({ outcome, why: expect.stringMatching(why) });
  });

  test('everything is in it once, in order', () => {
    const removed = new Map(
      decisions.map(({ subject }) => [keyOf(subject), { kind: 'removed' } as const]),
    );
    const audit = auditOf(decisions, removed);
    expect(audit.map(({ name }) => name)).toEqual(decisions.map(({ subject }) => subject.name));
    expect(audit.filter(({ outcome }) => outcome === 'removed').map(({ name }) => name)).toEqual([
      'older',
    ]);
  });
});

test('an image is one for each of its tags: what became of the one says nothing of the other', () => {
  const images = [image('sha256:1', { labels: CI, tags: ['app:1', 'app:2'], bytes: 7 })];
  const { decisions } = plan(world({ images }), policy({ tags: ['*'] }));
  const first = keyOf({ kind: 'image', id: 'sha256:1', reference: 'app:1' });
  expect(auditOf(decisions, new Map([[first, { kind: 'removed' }]]))).toEqual([
    {
      kind: 'image',
      id: 'sha256:1',
      name: 'app:1',
      outcome: 'removed',
      why: 'ci',
      bytes: 7,
      born: BORN,
    },
    {
      kind: 'image',
      id: 'sha256:1',
      name: 'app:2',
      outcome: 'planned',
      why: 'ci',
      bytes: 7,
      born: BORN,
    },
  ]);
});

test('what nobody knows the age of has no date', () => {
  const images = [image('sha256:1', { labels: CI, tags: ['app:1'], createdMs: 0 })];
  const [entry] = auditOf(plan(world({ images }), policy({ tags: ['*'] })).decisions, undefined);
  expect(entry).not.toHaveProperty('born');
});

test('a leftover was selected and is still there, though no rule keeps it (as the README has it)', () => {
  const left = OUTCOMES.filter((outcome) =>
    isLeftover({ kind: 'volume', id: 'x', name: 'x', outcome, why: '', bytes: 0 }),
  );
  expect(left).toEqual(['failed', 'in-use', 'changed', 'too-young', 'running']);
});
