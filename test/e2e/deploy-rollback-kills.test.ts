import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  countWrites,
  killed,
  readJournal,
  readStateLines,
  type Site,
  sha,
  startSite,
} from './rollback/site.ts';

const [A, B, BAD] = [sha('a'), sha('b'), sha('f')];

let site: Site;
beforeAll(async () => {
  site = await startSite();
  site.deploy(A);
  await site.release(B);
  await site.release(BAD, 'none');
  site.saveFiles();
}, 60_000);
afterAll(() => site[Symbol.asyncDispose]());

/** The expected state after the last run. */
function expectRolledBack(issues: number): void {
  expect(site.runs()).toBe('bb');
  const events = readStateLines(site, 'ledger.jsonl');
  expect(events.filter(({ event }) => event === 'rolled-back')).toMatchObject([{ freeze: true }]);
  expect(events.filter(({ event, mark }) => event === 'marked' && mark === 'bad')).toHaveLength(1);
  expect(issues).toBe(1);
  const journal = readJournal(site);
  expect(journal.filter(({ event }) => event === 'started')).toHaveLength(1);
  expect(journal.filter(({ event }) => event === 'attempt-started')).toHaveLength(1);
  expect(journal.filter(({ event }) => event === 'safety-snapshot')).toHaveLength(1);
  expect(journal.at(-1)).toMatchObject({ event: 'finished' });
  expect(readLocks()).toMatchObject([{ state: 'free' }]);
  // There is one safety snapshot, from before the first change.
  const kept = readdirSync(join(site.state, 'production', 'snapshots'));
  expect(kept.filter((name) => name.startsWith('safety-'))).toHaveLength(1);
  expect(readdirSync(site.workspace).toSorted()).toEqual(['config', 'version.txt']);
}

function readLocks() {
  const folder = join(site.state, 'production');
  const names = readdirSync(folder).filter((name) => name.startsWith('lock-'));
  return names.flatMap((name) => readStateLines(site, name));
}

describe.each([
  ['before', 'change of the disk', '', ['ff', 'bf', 'b-', 'bb']],
  ['after', 'line of the journal', 'state/production/journals/', ['ff', 'bf', 'bb']],
] as const)('SIGKILL %s each %s', (moment, _, below, states) => {
  test('a second run has the same result as a run without a kill', {
    timeout: 600_000,
  }, async () => {
    const left = new Set<string>();
    const inputs = { 'verify-url': site.url, 'incident-issue': 'true' };
    for (let at = 1, isKilled = true; isKilled; at++) {
      site.reset();
      await using github = await startLocalGitHub();
      await using first = await site.run(BAD, inputs, {
        env: killed(site, at, moment, below),
        github: github.context,
        trackFiles: false,
      });
      isKilled = first.signal === 'SIGKILL';
      left.add(site.runs());
      const place = `${moment} ${at} of ${countWrites(site)}: ${JSON.stringify(readJournal(site).at(-1))}`;
      if (!isKilled) {
        expect(first.outputs.result, place).toBe('rolled-back');
        expect(at, 'no run was killed').toBeGreaterThan(10);
      } else {
        await using second = await site.run(BAD, inputs, {
          github: github.context,
          trackFiles: false,
        });
        expect(['rolled-back', 'noop'], `${place}\n${second.log}`).toContain(second.outputs.result);
      }
      try {
        expectRolledBack(github.state.issues.length);
      } catch (error) {
        throw new Error(`killed ${place}`, { cause: error });
      }
    }
    // Before the first change, between the parts (a folder needs two renames), and after the last one.
    expect(left).toEqual(new Set(states));
  });
});
