import { BAD_GATEWAY } from '@repo/testkit/github/faults';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHub } from '../github.ts';
import { createIssue } from '../issues/issues.ts';
import { connected } from '../testing/connected.ts';
import { closeIncident, openIncident, updateIncident } from './incidents.ts';

const key = { action: 'health-check', marker: '<!-- m -->' };
const texts = { title: 'Down', body: '<!-- m -->\nThe site is down.' };
const CREATE = 'POST /repos/{owner}/{repo}/issues';

let local: LocalGitHub;
let github: GitHub;
beforeEach(async () => {
  local = await startLocalGitHub();
  github = await connected(local);
});
afterEach(() => local[Symbol.asyncDispose]());

const states = () => local.state.issues.map(({ state, stateReason }) => [state, stateReason]);

/** Creates another issue of the same incident, as a concurrent run does. */
const createCopy = () => createIssue(github, { ...texts, labels: ['health-check-incident'] });

describe('openIncident', () => {
  test('creates an issue with the label of the action', async () => {
    const { issue, isNew } = await openIncident(github, key, texts);
    expect({ ...issue, isNew }).toMatchObject({ ...texts, isNew: true });
    expect(local.state.issues).toHaveLength(1);
    expect(local.calls.some(({ body }) => Object(body).name === 'health-check-incident')).toBe(
      true,
    );
  });

  test('returns the open issue, the oldest of several, and does not change it', async () => {
    const { issue: first } = await openIncident(github, key, texts);
    await createCopy();
    const found = await openIncident(github, key, { title: 'Other', body: 'Other' });
    expect(found).toEqual({ issue: first, isNew: false });
    expect(local.state.issues).toHaveLength(2);
  });

  test('creates another issue for another marker', async () => {
    await openIncident(github, key, texts);
    const other = { ...key, marker: '<!-- n -->' };
    expect(await openIncident(github, other, { ...texts, body: '<!-- n -->' })).toMatchObject({
      isNew: true,
    });
  });

  test.each(['before', 'after'] as const)(
    'creates one issue if the answer is lost (%s)',
    async (when) => {
      local.addFault({ on: CREATE, when, answer: BAD_GATEWAY });
      await openIncident(github, key, texts);
      expect(local.state.issues).toHaveLength(1);
    },
  );

  test('closes its own issue if a concurrent run created one first', async () => {
    const { issue: first } = await openIncident(github, key, texts);
    // The issue of the other run appears after the search of this run.
    local.addFault({ on: 'GET /repos/{owner}/{repo}/issues', answer: { status: 200, body: [] } });
    expect(await openIncident(github, key, texts)).toEqual({ issue: first, isNew: false });
    expect(states()).toEqual([
      ['open', null],
      ['closed', 'not_planned'],
    ]);
  });

  test('creates no issue if the label cannot be created', async () => {
    local.addFault({
      on: 'POST /repos/{owner}/{repo}/labels',
      answer: { status: 403, body: { message: 'Resource not accessible by integration' } },
    });
    await expect(openIncident(github, key, texts)).rejects.toThrow('403');
    expect(local.state.issues).toEqual([]);
  });
});

describe('updateIncident', () => {
  test('changes the texts only if the body differs', async () => {
    const { issue } = await openIncident(github, key, texts);
    const before = local.calls.length;
    await updateIncident(github, issue, texts);
    expect(local.calls).toHaveLength(before);
    await updateIncident(github, issue, { title: 'Still down', body: '<!-- m -->\nStill.' });
    expect(local.state.issues[0]).toMatchObject({
      title: 'Still down',
      body: '<!-- m -->\nStill.',
    });
  });
});

describe('closeIncident', () => {
  test('closes the oldest issue as completed, others as not planned', async () => {
    const { issue } = await openIncident(github, key, texts);
    await createCopy();
    const closed = await closeIncident(github, key, (ms) => `Down for ${ms >= 0}.`);
    expect(closed).toMatchObject({ number: issue.number, url: issue.url });
    expect(states()).toEqual([
      ['closed', 'completed'],
      ['closed', 'not_planned'],
    ]);
    expect(local.state.issues[0]?.body).toBe('Down for true.');
  });

  test('keeps the body if no other is given', async () => {
    await openIncident(github, key, texts);
    await closeIncident(github, key);
    expect(local.state.issues[0]).toMatchObject({ state: 'closed', body: texts.body });
  });

  test('returns undefined if no issue is open', async () => {
    expect(await closeIncident(github, key)).toBeUndefined();
  });
});
