import { fakeClock } from '@repo/testkit/clock';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GitHubError } from './github-error.ts';
import { ensureLabel } from './incidents/incidents.ts';
import { createIssue } from './issues/issues.ts';
import { connected } from './testing/connected.ts';

let local: LocalGitHub;
beforeEach(() => start());
afterEach(() => local[Symbol.asyncDispose]());

async function start(options: LocalGitHubOptions = {}) {
  local = await startLocalGitHub(options);
}

const issue = { title: 'T', body: 'the-marker', labels: ['ill'] };

describe('requests', () => {
  test('send the token, also below /api/v3', async () => {
    for (const enterprise of [false, true]) {
      await local[Symbol.asyncDispose]();
      await start({ enterprise });
      const github = await connected(local);
      expect(await createIssue(github, issue)).toMatchObject({ number: 1, body: 'the-marker' });
      expect(github.isEnterpriseServer).toBe(enterprise);
    }
  });

  test("GitHub's clock is read off its answers", async () => {
    const clock = fakeClock();
    const github = await connected(local, { clock });
    expect(github.now()).toBe(clock.now());
    local.advance(3_600_000);
    await createIssue(github, issue);
    expect(Math.abs(github.now() - local.state.now())).toBeLessThan(2_000);
  });

  // Node's own fetch uses the proxy; the library brings its own without our patch.
  test("are sent by Node's fetch", async () => {
    const spy = vi.spyOn(globalThis, 'fetch');
    await createIssue(await connected(local), issue);
    expect(spy).toHaveBeenCalledOnce();
  });

  test('accepts an existing label, and rejects a missing permission', async () => {
    const label = { name: 'ill', color: 'ff0000', description: '' };
    await ensureLabel(await connected(local), label);
    await ensureLabel(await connected(local), label);
    await local[Symbol.asyncDispose]();
    await start({ permissions: {} });
    await expect(ensureLabel(await connected(local), label)).rejects.toThrow(GitHubError);
  });
});

test.each([
  [{ repository: '' }, 'the GitHub repository is unknown'],
  [{ token: '' }, 'github-token is missing'],
])('rejects %j', async (settings, message) => {
  await expect(connected(local, settings)).rejects.toThrow(message);
});
