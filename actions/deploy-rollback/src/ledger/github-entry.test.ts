import type { Deployment, DeploymentStatus } from '@repo/github/deployments/deployment';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createPayload,
  findFreeze,
  findMark,
  markText,
  readPayload,
  toLedgerEntry,
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
    description: 'Rollback from fffffff: unhealthy',
    payload: createPayload({
      ...{ key: 'rollbackId-1', tree: '' },
      rollback: { revision: SHA, badRelease: FAILING, freeze },
    }),
  });

describe('the state of a deployment', () => {
  test.each<[string, readonly Status[], string, string]>([
    ['without a status', [], 'unfinished', ''],
    ['in progress', [['queued'], ['in_progress']], 'unfinished', ''],
    ['waiting for a reviewer', [['waiting']], 'unfinished', ''],
    ['successful', [['in_progress'], ['success']], 'good', ''],
    ['successful, then inactive', [['success'], ['inactive']], 'good', ''],
    ['failed', [['in_progress'], ['failure', 'tests']], 'failed', 'tests'],
    ['failed with an error', [['error', 'lost']], 'failed', 'lost'],
    ['inactive without a success', [['in_progress'], ['inactive']], 'failed', ''],
    ['failed after a success', [['success'], ['failure', 'unhealthy']], 'bad', 'unhealthy'],
    ['successful after a failure', [['failure'], ['success']], 'good', ''],
    ['marked good', [['success', markText('good', 'healthy')]], 'good', ''],
    ['marked bad', [['success'], ['failure', markText('bad', 'unhealthy')]], 'bad', 'unhealthy'],
    [
      'marked bad before its job succeeded',
      [['failure', markText('bad', 'unhealthy')], ['success']],
      'bad',
      'unhealthy',
    ],
    [
      'marked bad, then good again',
      [
        ['failure', markText('bad', 'unhealthy')],
        ['success', markText('good', 'it was the network')],
      ],
      'good',
      '',
    ],
  ])('%s', (_, statuses, state, reason) => {
    expect(toLedgerEntry(deployment(statuses))).toMatchObject({ state, reason, kind: 'deploy' });
  });

  test('a failure wins over a success within the same second', () => {
    const at = { logUrl: '', createdAt: 5_000, description: '' };
    for (const states of [
      ['success', 'failure'],
      ['failure', 'success'],
    ] as const) {
      const statuses = states.map((state) => ({ ...at, state }));
      expect(toLedgerEntry(deployment([], { statuses })).state).toBe('bad');
    }
  });
});

describe('an untrusted payload', () => {
  test.each([
    ['an empty text', ''],
    ['a text', 'v1.2'],
    ['a payload of another tool', { key: 'rollbackId-1', tree: '' }],
    ['an invalid SHA', { ...(rollback(true).payload as object), tree: '$(rm -rf /)' }],
    [
      'a revision that is none',
      createPayload({
        ...{ key: 'rollbackId-1', tree: '' },
        rollback: { revision: '--upload-pack=x', badRelease: '', freeze: true },
      }),
    ],
    ['a key with line breaks', createPayload({ key: 'a\nb', tree: '' })],
    ['a list', [1, 2]],
    ['nothing', null],
  ])('%s', (_, payload) => {
    expect(readPayload(payload)).toBeUndefined();
    const entry = toLedgerEntry(deployment([['success']], { payload, task: 'rollback' }));
    expect(entry).toMatchObject({
      kind: 'deploy',
      revision: SHA,
      tree: '',
      rollback: undefined,
    });
  });

  test('any payload results in an entry', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (payload, description) => {
        const entry = toLedgerEntry(deployment([['success', description]], { payload }));
        expect(entry.revision).toBe(SHA);
      }),
    );
  });
});

test('a rollback has the restored release', () => {
  expect(toLedgerEntry(rollback(false))).toMatchObject({
    ...{ kind: 'rollback', revision: SHA, state: 'good' },
    rollback: { rollbackId: 'rollbackId-1', badRelease: FAILING },
  });
});

test('a mark is found in its text with any reason', () => {
  fc.assert(
    fc.property(fc.constantFrom('good' as const, 'bad' as const), fc.string(), (mark, reason) => {
      const status = { state: 'success' as const, logUrl: '', createdAt: 0 };
      expect(findMark([{ ...status, description: markText(mark, reason) }])).toBe(mark);
    }),
  );
});

describe('an environment is frozen', () => {
  test('by a rollback, until it is unfrozen', () => {
    expect(findFreeze([rollback(true)])).toEqual({
      ...{ reason: 'Rollback from fffffff: unhealthy', sinceMs: 1_000 },
    });
    expect(findFreeze([rollback(true, [['success'], ['success', unfrozenText('run 1')]])])).toBe(
      undefined,
    );
    expect(findFreeze([rollback(false)])).toBeUndefined();
  });

  test('after a later deploy too', () => {
    expect(findFreeze([deployment([['success']]), rollback(false), rollback(true)])).toBeDefined();
  });

  test('not by a deploy with the same payload', () => {
    expect(findFreeze([{ ...rollback(true), task: 'deploy' }])).toBeUndefined();
  });
});
