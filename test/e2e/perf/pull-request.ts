import type { LocalGitHub } from '@repo/testkit/github/local-github';
import { expect } from 'vitest';

/** Opens a pull request and its issue, which has the comments. Returns its number. */
export async function openPull(
  { apiUrl, context, state }: LocalGitHub,
  head: { readonly repository: string; readonly branch: string; readonly sha: string },
): Promise<number> {
  const response = await fetch(`${apiUrl}/repos/${context.repository}/issues`, {
    method: 'POST',
    headers: { authorization: `Bearer ${context.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'A change' }),
  });
  expect(response.status).toBe(201);
  const number = state.issues.length;
  state.pulls.push({ number, state: 'open', base: 'main', head });
  return number;
}
