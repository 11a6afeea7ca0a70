import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha } from '../testing/history.ts';
import type { JournalEvent } from './event.ts';
import { progressOf, touchedBy } from './progress.ts';

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
    event: fc.constant('attempt'),
    attempt,
    purpose: fc.constantFrom('rollback', 'restore'),
    revision: fc.constant(sha('a')),
    content: fc.constant(''),
    entryId: fc.constant(''),
    snapshotId: fc.constant(''),
    steps: fc.constant<{ title: string; step: string; warnings: string[] }[]>([]),
    passedOver: fc.constant<{ revision: string; id: string; why: string }[]>([]),
    atMs,
  }),
  fc.record({ event: fc.constant('applying'), attempt, round, title, atMs }),
  fc.record({ event: fc.constant('applied'), attempt, round, title, done: fc.constant('x'), atMs }),
  fc.record({
    event: fc.constant('apply-failed'),
    attempt,
    round,
    title,
    why: fc.constant('x'),
    atMs,
  }),
  fc.record({ event: fc.constant('verified'), attempt, round, checks, atMs }),
  fc.record({ event: fc.constant('attempt-failed'), attempt, why: fc.constant('x'), atMs }),
);

const events = fc.array(event, { maxLength: 30 });

test('whatever a journal has, more of it never makes touched things untouched', () => {
  fc.assert(
    fc.property(events, event, (before, next) => {
      const first = touchedBy(progressOf({ events: before }));
      const then = touchedBy(progressOf({ events: [...before, next] }));
      expect([...first].every((one) => then.has(one))).toBe(true);
    }),
  );
});

test('a failed attempt is never well, and one that is well was verified as a whole', () => {
  fc.assert(
    fc.property(events, (given) => {
      for (const { about, state, verified } of progressOf({ events: given }).attempts) {
        const failed = given.some(
          (one) => one.event === 'attempt-failed' && one.attempt === about.attempt,
        );
        expect(state === 'failed').toBe(failed);
        if (state === 'well') expect(verified?.checks.every(({ ok }) => ok)).toBe(true);
      }
    }),
  );
});
