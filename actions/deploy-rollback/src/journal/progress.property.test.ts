import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha } from '../testing/history.ts';
import type { JournalEvent } from './event.ts';
import { getProgress, getTouched } from './progress.ts';

const title = fc.constantFrom('one', 'two');
const round = fc.constantFrom(1, 2);
const attempt = fc.constantFrom(1, 2);
const atMs = fc.nat(1_000);
const checks = fc.array(
  fc.record({ title, ok: fc.boolean(), found: fc.constant('x'), attempts: fc.nat(3) }),
  { maxLength: 2 },
);

const event: fc.Arbitrary<JournalEvent> = fc.oneof(
  fc.record({
    event: fc.constant('attempt-started'),
    attempt,
    purpose: fc.constantFrom('rollback', 'restore'),
    revision: fc.constant(sha('a')),
    tree: fc.constant(''),
    entryId: fc.constant(''),
    snapshotId: fc.constant(''),
    steps: fc.constant<{ title: string; step: string; warnings: string[] }[]>([]),
    skipped: fc.constant<{ revision: string; id: string; reason: string }[]>([]),
    atMs,
  }),
  fc.record({ event: fc.constant('applying'), attempt, round, title, atMs }),
  fc.record({ event: fc.constant('applied'), attempt, round, title, done: fc.constant('x'), atMs }),
  fc.record({
    event: fc.constant('apply-failed'),
    attempt,
    round,
    title,
    reason: fc.constant('x'),
    atMs,
  }),
  fc.record({ event: fc.constant('verified'), attempt, round, checks, atMs }),
  fc.record({ event: fc.constant('attempt-failed'), attempt, reason: fc.constant('x'), atMs }),
);

const events = fc.array(event, { maxLength: 30 });

test('no event makes a touched part untouched', () => {
  fc.assert(
    fc.property(events, event, (before, next) => {
      const first = getTouched(getProgress({ events: before }));
      const then = getTouched(getProgress({ events: [...before, next] }));
      expect([...first].every((one) => then.has(one))).toBe(true);
    }),
  );
});

test('a failed attempt is never healthy, and a healthy one passed all checks', () => {
  fc.assert(
    fc.property(events, (given) => {
      for (const { plan, state, verified } of getProgress({ events: given }).attempts) {
        const failed = given.some(
          (one) => one.event === 'attempt-failed' && one.attempt === plan.attempt,
        );
        expect(state === 'failed').toBe(failed);
        if (state === 'healthy') expect(verified?.checks.every(({ ok }) => ok)).toBe(true);
      }
    }),
  );
});
