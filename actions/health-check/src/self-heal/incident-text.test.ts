import { expect, test } from 'vitest';
import { BLIND, checkResult, ILL, NASTY } from '../testing/check-result.ts';
import {
  incidentBody,
  incidentMarker,
  incidentTitle,
  recoveredBody,
  recoveredComment,
} from './incident-text.ts';

const run = {
  ...{ repository: 'o/r', workflow: 'Monitor', job: 'check', runId: '7', runAttempt: '1' },
  ...{ sha: 'abc', ref: 'refs/heads/main' },
};
const runUrl = 'https://github.test/o/r/actions/runs/7';
const facts = { results: [checkResult(), ILL, BLIND], run, runUrl };

test('an incident is that of a workflow, a job and a set of checks', () => {
  const marker = incidentMarker(facts);
  expect(incidentMarker({ results: facts.results.toReversed(), run })).toBe(marker);
  expect(incidentMarker({ ...facts, run: { ...run, runId: '8', sha: 'def' } })).toBe(marker);
  const others = [
    { results: [ILL], run },
    { ...facts, run: { ...run, job: 'other' } },
    { ...facts, run: { ...run, workflow: 'Other' } },
  ];
  for (const other of others) expect(incidentMarker(other)).not.toBe(marker);
});

test('the text: what is ill, what was done, who looked', () => {
  expect(incidentTitle(facts)).toBe('Unhealthy: db, blind');
  const body = incidentBody(facts, { state: 'started', name: 'deploy.yml', url: `${runUrl}1` });
  expect(body.startsWith(incidentMarker(facts))).toBe(true);
  expect(body).toContain('1 of 3 checks is unhealthy');
  expect(body.match(/^\| (❌|❔|✅)/gm)).toEqual(['| ❌', '| ❔']);
  expect(body).toContain(`([run](${runUrl}1))`);
  expect(body).toContain(`[Monitor](${runUrl})`);
});

test('the recovery: the downtime', () => {
  expect(recoveredBody(facts, 8_100_000)).toContain('Well again after 2h 15m.');
  expect(recoveredBody(facts, 8_100_000)).toContain(incidentMarker(facts));
  expect(recoveredComment(facts, 8_100_000)).toContain('after 2h 15m of downtime');
});

test('outside of a run there is no link', () => {
  expect(incidentBody({ ...facts, runUrl: '' }, undefined)).toContain('Last looked at by Monitor.');
});

test('a long list of names is cut in the title, a long table in the body', () => {
  const results = Array.from({ length: 500 }, (_, index) => ({ ...ILL, name: `check-${index}` }));
  expect(incidentTitle({ ...facts, results }).length).toBeLessThanOrEqual(256);
  expect(incidentBody({ ...facts, results }, undefined).length).toBeLessThan(65_536);
});

test('no text mentions, links or hides anything', () => {
  const nasty = { ...ILL, name: NASTY, target: NASTY, reason: NASTY };
  const texts = { ...facts, results: [nasty], run: { ...run, workflow: NASTY } };
  const body = incidentBody(texts, undefined).split('\n').slice(1).join('\n');
  for (const text of [body, recoveredBody(texts, 1).split('\n').slice(1).join('\n')]) {
    // What stands in code is taken as it is.
    const seen = text.replace(/<code>.*?<\/code>/g, '');
    expect(seen).not.toMatch(/@octocat|(?<!\\)#1|<!--|<\/testcase/);
  }
  expect(incidentTitle(texts)).not.toMatch(/@octocat|#1|\n/);
});
