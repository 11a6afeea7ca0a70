import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalGitHub } from '@repo/testkit/github/local-github';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  journalOf,
  killed,
  linesOf,
  type Site,
  sha,
  startSite,
  writesOf,
} from './rollback/site.ts';

const [A, B, BAD] = [sha('a'), sha('b'), sha('f')];

let site: Site;
beforeAll(async () => {
  site = await startSite();
  site.deploy(A);
  await site.release(B);
  await site.release(BAD, 'none');
  site.keepAsItIs();
}, 60_000);
afterAll(() => site[Symbol.asyncDispose]());

/** What there has to be in the end, whatever happened on the way. */
function expectRolledBack(issues: number): void {
  expect(site.runs()).toBe('bb');
  const events = linesOf(site, 'ledger.jsonl');
  expect(events.filter(({ event }) => event === 'rolled-back')).toMatchObject([{ freeze: true }]);
  expect(events.filter(({ event, mark }) => event === 'marked' && mark === 'bad')).toHaveLength(1);
  expect(issues).toBe(1);
  const journal = journalOf(site);
  expect(journal.filter(({ event }) => event === 'begun')).toHaveLength(1);
  expect(journal.filter(({ event }) => event === 'attempt')).toHaveLength(1);
  expect(journal.filter(({ event }) => event === 'safety')).toHaveLength(1);
  expect(journal.at(-1)).toMatchObject({ event: 'ended' });
  expect(locksOf()).toMatchObject([{ state: 'free' }]);
  // What was kept for safety is what was there before anything was touched.
  const kept = readdirSync(join(site.state, 'production', 'snapshots'));
  expect(kept.filter((name) => name.startsWith('safety-'))).toHaveLength(1);
  expect(readdirSync(site.workspace).toSorted()).toEqual(['config', 'version.txt']);
}

function locksOf() {
  const folder = join(site.state, 'production');
  const names = readdirSync(folder).filter((name) => name.startsWith('lock-'));
  return names.flatMap((name) => linesOf(site, name));
}

describe.each([
  ['before', 'thing that is done to the disk', '', ['ff', 'bf', 'b-', 'bb']],
  ['after', 'line of the journal', 'state/production/journals/', ['ff', 'bf', 'bb']],
] as const)('SIGKILL %s each %s', (moment, _, below, states) => {
  test('a second run ends where one without a kill ends', { timeout: 600_000 }, async () => {
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
      const place = `${moment} ${at} of ${writesOf(site)}: ${JSON.stringify(journalOf(site).at(-1))}`;
      if (!isKilled) {
        expect(first.outputs.result, place).toBe('rolled-back');
        expect(at, 'nothing was ever killed').toBeGreaterThan(10);
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
    // Before anything was touched, in the middle of the set (a folder goes by two renames), after it.
    expect(left).toEqual(new Set(states));
  });
});
