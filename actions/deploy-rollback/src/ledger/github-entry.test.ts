import type { Deployment, DeploymentStatus } from '@repo/github/deployments/deployment';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  entryOf,
  holdOf,
  markOf,
  markText,
  payloadOf,
  readPayload,
  unfrozenText,
} from './github-entry.ts';

const SHA = 'a'.repeat(40);
const FAILING = 'f'.repeat(40);

type Status = readonly [DeploymentStatus['state'], string?];

/** @param statuses oldest first, a second apart */
function deployment(statuses: readonly Status[], given: Partial<Deployment> = {}): Deployment {
  return {
    ...{ id: 7, sha: SHA, tree: '', task: 'deploy', payload: '', description: '' },
    createdAt: 1_000,
    statuses: statuses
      .map(([state, description = ''], index) => ({
        ...{ state, description, logUrl: '', createdAt: 2_000 + index * 1_000 },
      }))
      .reverse(),
    ...given,
  };
}

const rollback = (freeze: boolean, statuses: readonly Status[] = [['success']]) =>
  deployment(statuses, {
    task: 'rollback',
    description: 'Rollback from fffffff: ill',
    payload: payloadOf({
      ...{ key: 'rollbackId-1', content: '' },
      rollback: { revision: SHA, badRelease: FAILING, freeze },
    }),
  });

describe('what became of a release', () => {
  test.each<[string, readonly Status[], string, string]>([
    ['nobody has said yet', [], 'unfinished', ''],
    ['it is on its way', [['queued'], ['in_progress']], 'unfinished', ''],
    ['it waits for a reviewer', [['waiting']], 'unfinished', ''],
    ['it was good', [['in_progress'], ['success']], 'good', ''],
    ['it was good, and something newer came', [['success'], ['inactive']], 'good', ''],
    ['it failed', [['in_progress'], ['failure', 'tests']], 'failed', 'tests'],
    ['it failed by accident', [['error', 'lost']], 'failed', 'lost'],
    ['it never was good, and something newer came', [['in_progress'], ['inactive']], 'failed', ''],
    ['it was good once, and ill later', [['success'], ['failure', 'ill']], 'bad', 'ill'],
    ['it was ill, and good at the second try', [['failure'], ['success']], 'good', ''],
    ['we marked it good', [['success', markText('good', 'healthy')]], 'good', ''],
    ['we marked it bad', [['success'], ['failure', markText('bad', 'ill')]], 'bad', 'ill'],
    [
      'we marked it bad, and its job ended well all the same',
      [['failure', markText('bad', 'ill')], ['success']],
      'bad',
      'ill',
    ],
    [
      'we marked it bad, and good again',
      [
        ['failure', markText('bad', 'ill')],
        ['success', markText('good', 'it was the network')],
      ],
      'good',
      '',
    ],
  ])('%s', (_, statuses, state, reason) => {
    expect(entryOf(deployment(statuses))).toMatchObject({ state, reason, kind: 'deploy' });
  });

  test('of a success and a failure within one second, the failure counts', () => {
    const at = { logUrl: '', createdAt: 5_000, description: '' };
    for (const states of [
      ['success', 'failure'],
      ['failure', 'success'],
    ] as const) {
      const statuses = states.map((state) => ({ ...at, state }));
      expect(entryOf(deployment([], { statuses })).state).toBe('bad');
    }
  });
});

describe('a payload is somebody else’s until it fits', () => {
  test.each([
    ['of no interest', ''],
    ['a text', 'v1.2'],
    ['of another tool', { key: 'rollbackId-1', content: '' }],
    ['a SHA that is none', { ...(rollback(true).payload as object), content: '$(rm -rf /)' }],
    [
      'a revision that is none',
      payloadOf({
        ...{ key: 'rollbackId-1', content: '' },
        rollback: { revision: '--upload-pack=x', badRelease: '', freeze: true },
      }),
    ],
    ['a key with line breaks', payloadOf({ key: 'a\nb', content: '' })],
    ['a list', [1, 2]],
    ['nothing', null],
  ])('%s', (_, payload) => {
    expect(readPayload(payload)).toBeUndefined();
    const entry = entryOf(deployment([['success']], { payload, task: 'rollback' }));
    expect(entry).toMatchObject({
      kind: 'deploy',
      revision: SHA,
      content: '',
      rollback: undefined,
    });
  });

  test('whatever it is, an entry comes of it', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (payload, description) => {
        const entry = entryOf(deployment([['success', description]], { payload }));
        expect(entry.revision).toBe(SHA);
      }),
    );
  });
});

test('a rollback says what it went back to', () => {
  expect(entryOf(rollback(false))).toMatchObject({
    ...{ kind: 'rollback', revision: SHA, state: 'good' },
    rollback: { rollbackId: 'rollbackId-1', badRelease: FAILING },
  });
});

test('a mark is found in its text, whatever the reason', () => {
  fc.assert(
    fc.property(fc.constantFrom('good' as const, 'bad' as const), fc.string(), (mark, reason) => {
      const status = { state: 'success' as const, logUrl: '', createdAt: 0 };
      expect(markOf([{ ...status, description: markText(mark, reason) }])).toBe(mark);
    }),
  );
});

describe('an environment is held', () => {
  test('by a rollback that asked for it, until it is unfrozen', () => {
    expect(holdOf([rollback(true)])).toEqual({
      ...{ reason: 'Rollback from fffffff: ill', sinceMs: 1_000 },
    });
    expect(holdOf([rollback(true, [['success'], ['success', unfrozenText('run 1')]])])).toBe(
      undefined,
    );
    expect(holdOf([rollback(false)])).toBeUndefined();
  });

  test('whatever was deployed after it', () => {
    expect(holdOf([deployment([['success']]), rollback(false), rollback(true)])).toBeDefined();
  });

  test('not by somebody who has written the same into a deploy', () => {
    expect(holdOf([{ ...rollback(true), task: 'deploy' }])).toBeUndefined();
  });
});
