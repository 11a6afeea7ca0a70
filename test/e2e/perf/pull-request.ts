import type { LocalGitHub } from '@repo/testkit/github/local-github';
import { expect } from 'vitest';

/** Opens a pull request there, which is an issue as far as comments go; its number. */
export async function openPull(
  { apiUrl, context, state }: LocalGitHub,
  head: { readonly repository: string; readonly branch: string; readonly sha: string },
): Promise<number> {
  const answer = await fetch(`${apiUrl}/repos/${context.repository}/issues`, {
    method: 'POST',
    headers: { authorization: `Bearer ${context.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'A change' }),
  });
  expect(answer.status).toBe(201);
  const number = state.issues.length;
  state.pulls.push({ number, state: 'open', base: 'main', head });
  return number;
}
