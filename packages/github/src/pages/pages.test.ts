import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findArtifact } from '../artifacts/artifact.ts';
import { downloadArtifact } from '../artifacts/download.ts';
import type { GitHub } from '../github.ts';
import { connected } from '../testing/connected.ts';
import { cancelPagesDeployment, createPagesDeployment, pagesState } from './pages.ts';

const DAY = 24 * 3_600_000;
let local: LocalGitHub;
let github: GitHub;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifact-'));
  local = await startLocalGitHub();
  github = await connected(local);
  const now = local.state.now();
  local.state.artifacts.push({
    ...{ id: 11, run: 5, name: 'github-pages', content: Buffer.from('the site') },
    ...{ createdAt: now, expiresAt: now + DAY },
  });
});
afterEach(async () => {
  await local[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const { signal } = new AbortController();
const publish = (artifact: number) =>
  createPagesDeployment(github, {
    ...{ artifact, version: 'a'.repeat(40), oidcToken: 'a.b.c', environment: 'github-pages' },
  });

test('publishes an artifact and reads its state', async () => {
  const id = await publish(11);
  const kinds = [];
  for (let look = 0; look < 3; look++) kinds.push((await pagesState(github, id)).kind);
  expect(kinds).toEqual(['busy', 'busy', 'good']);
  await publish(11);
  await expect(publish(11)).rejects.toThrow('in progress deployment');
  await cancelPagesDeployment(github, id);
  expect(await pagesState(github, id)).toEqual({
    ...{ kind: 'failed', status: 'deployment_cancelled' },
  });
});

test('finds and downloads an artifact until it expires', async () => {
  const artifact = await findArtifact(github, 5, 'github-pages');
  expect(artifact).toMatchObject({ id: 11, size: 8, isExpired: false });
  expect(await findArtifact(github, 5, 'other')).toBeUndefined();
  if (artifact === undefined) return;
  const file = join(folder, 'site.zip');
  await downloadArtifact(github, artifact, file, signal);
  expect(await readFile(file, 'utf8')).toBe('the site');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const [size, cause] of [
    [7, 'larger than the stated 7 bytes'],
    [9, '1 of its 9 bytes are missing'],
  ] as const) {
    const other = join(folder, `${size}.zip`);
    await expect(downloadArtifact(github, { ...artifact, size }, other, signal)).rejects.toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining(cause) }),
      }),
    );
  }
  local.advance(2 * DAY);
  expect(await findArtifact(github, 5, 'github-pages')).toMatchObject({ isExpired: true });
  await expect(downloadArtifact(github, artifact, file, signal)).rejects.toThrow('has expired');
  await expect(publish(11)).rejects.toThrow('not expired');
});
