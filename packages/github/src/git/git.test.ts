import { commit, git, type Repository, startRepository } from '@repo/testkit/git/repository';
import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHub } from '../github.ts';
import { connected } from '../testing/connected.ts';
import { createCommit, readCommit } from './commits.ts';
import { readNote, writeNote } from './notes.ts';
import { createRef, deleteRef, forwardRef, readRef } from './refs.ts';
import { replaceRef } from './replace-ref.ts';

let repository: Repository;
let local: LocalGitHub;
let github: GitHub;
/** Two commits on main, oldest first. */
let shas: readonly [string, string];
beforeEach(async () => {
  repository = startRepository();
  const clone = repository.clone();
  const first = git(clone, 'rev-parse', 'HEAD');
  shas = [first, commit(clone, { 'a.txt': 'a' })];
  git(clone, 'push', '--quiet', 'origin', 'main');
  local = await startLocalGitHub({ bare: repository.remote });
  github = await connected(local);
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
});

const REF = 'refs/deploy-rollback/lock/production';
const CREATE = 'POST /repos/{owner}/{repo}/git/refs';
const tip = (ref: string) => git(repository.remote, 'rev-parse', ref);

describe('refs', () => {
  test('are created once: the second caller gets false', async () => {
    expect(await createRef(github, REF, shas[0])).toBe(true);
    expect(await createRef(github, REF, shas[1])).toBe(false);
    expect(await readRef(github, REF)).toEqual({ sha: shas[0], type: 'commit' });
  });

  test.each(['after', 'before'] as const)(
    'checks the ref after a lost response (%s)',
    async (when) => {
      local.addFault({ on: CREATE, when, answer: BAD_GATEWAY });
      const created = createRef(github, REF, shas[0]);
      if (when === 'after') expect(await created).toBe(true);
      else await expect(created).rejects.toMatchObject({ status: 502 });
    },
  );

  test('a lost response, and another caller was first', async () => {
    await createRef(github, REF, shas[1]);
    local.addFault({ on: CREATE, answer: BAD_GATEWAY });
    expect(await createRef(github, REF, shas[0])).toBe(false);
  });

  test('are deleted; a missing one is ignored', async () => {
    await createRef(github, REF, shas[0]);
    await deleteRef(github, REF);
    await deleteRef(github, REF);
    expect(await readRef(github, REF)).toBeUndefined();
  });

  test('move forward only', async () => {
    await createRef(github, 'refs/heads/x', shas[0]);
    await forwardRef(github, 'refs/heads/x', shas[1]);
    expect(tip('x')).toBe(shas[1]);
    await expect(forwardRef(github, 'refs/heads/x', shas[0])).rejects.toThrow('fast forward');
  });

  test('are replaced only if they have not changed', async () => {
    const [first, second] = shas;
    await replaceRef(github, 'refs/heads/main', { from: second, to: first });
    expect(tip('main')).toBe(first);
    await expect(
      replaceRef(github, 'refs/heads/main', { from: second, to: second }),
    ).rejects.toThrow('updated meanwhile');
  });
});

test('creates a commit of an existing tree on a branch', async () => {
  const [good, bad] = shas;
  const tree = (await readCommit(github, good))?.tree ?? '';
  const made = await createCommit(github, { message: 'Restore', tree, parents: [bad] });
  await forwardRef(github, 'refs/heads/main', made.sha);
  expect(tip('main^{tree}')).toBe(tip(`${good}^{tree}`));
  expect(await readCommit(github, made.sha)).toEqual({ ...made, message: 'Restore' });
  expect(await readCommit(github, 'f'.repeat(40))).toBeUndefined();
});

test('stores a text in a note that a ref points to', async () => {
  const text = '{"claim":"c"}';
  const sha = await writeNote(github, { name: 'lock', text, commit: shas[1] });
  await createRef(github, REF, sha);
  expect(await readNote(github, REF)).toEqual({ sha, text });
  expect(git(repository.remote, 'tag', '--list')).toBe('');
  await createRef(github, 'refs/x/y', shas[0]);
  expect(await readNote(github, 'refs/x/y')).toEqual({ sha: shas[0], text: undefined });
  expect(await readNote(github, 'refs/x/z')).toBeUndefined();
});
