import { expect, test } from 'vitest';
import { checkResult, HOSTILE_TEXT, UNHEALTHY, UNKNOWN } from '../testing/check-result.ts';
import {
  incidentBody,
  incidentMarker,
  incidentTitle,
  recoveredBody,
  recoveredComment,
} from './incident-text.ts';

const run = {
  repository: 'o/r',
  workflow: 'Monitor',
  job: 'check',
  runId: '7',
  runAttempt: '1',
  sha: 'abc',
  ref: 'refs/heads/main',
};
const runUrl = 'https://github.test/o/r/actions/runs/7';
const facts = { results: [checkResult(), UNHEALTHY, UNKNOWN], run, runUrl };

test('the marker depends on the workflow, the job and the set of checks', () => {
  const marker = incidentMarker(facts);
  expect(incidentMarker({ results: facts.results.toReversed(), run })).toBe(marker);
  expect(incidentMarker({ ...facts, run: { ...run, runId: '8', sha: 'def' } })).toBe(marker);
  const others = [
    { results: [UNHEALTHY], run },
    { ...facts, run: { ...run, job: 'other' } },
    { ...facts, run: { ...run, workflow: 'Other' } },
  ];
  for (const other of others) expect(incidentMarker(other)).not.toBe(marker);
});

test('the body has the failed checks, the started workflow and a link to the run', () => {
  expect(incidentTitle(facts)).toBe('Unhealthy: db, blind');
  const body = incidentBody(facts, { state: 'started', name: 'deploy.yml', url: `${runUrl}1` });
  expect(body.startsWith(incidentMarker(facts))).toBe(true);
  expect(body).toContain('1 of 3 checks is unhealthy');
  expect(body.match(/^\| (❌|❔|✅)/gm)).toEqual(['| ❌', '| ❔']);
  expect(body).toContain(`([run](${runUrl}1))`);
  expect(body).toContain(`[Monitor](${runUrl})`);
});

test('the recovery texts have the downtime', () => {
  expect(recoveredBody(facts, 8_100_000)).toContain('Recovered after 2h 15m.');
  expect(recoveredBody(facts, 8_100_000)).toContain(incidentMarker(facts));
  expect(recoveredComment(facts, 8_100_000)).toContain('after 2h 15m of downtime');
});

test('has no link outside of GitHub Actions', () => {
  expect(incidentBody({ ...facts, runUrl: '' }, undefined)).toContain('Last update by Monitor.');
});

test('long titles and long tables are truncated', () => {
  const results = Array.from({ length: 500 }, (_, index) => ({
    ...UNHEALTHY,
    name: `check-${index}`,
  }));
  expect(incidentTitle({ ...facts, results }).length).toBeLessThanOrEqual(256);
  expect(incidentBody({ ...facts, results }, undefined).length).toBeLessThan(65_536);
});

test('untrusted text creates no mention, no link and no hidden comment', () => {
  const hostile = { ...UNHEALTHY, name: HOSTILE_TEXT, target: HOSTILE_TEXT, reason: HOSTILE_TEXT };
  const texts = { ...facts, results: [hostile], run: { ...run, workflow: HOSTILE_TEXT } };
  const body = incidentBody(texts, undefined).split('\n').slice(1).join('\n');
  for (const text of [body, recoveredBody(texts, 1).split('\n').slice(1).join('\n')]) {
    // GitHub does not interpret code.
    const visible = text.replace(/<code>.*?<\/code>/g, '');
    expect(visible).not.toMatch(/@octocat|(?<!\\)#1|<!--|<\/testcase/);
  }
  expect(incidentTitle(texts)).not.toMatch(/@octocat|#1|\n/);
});
