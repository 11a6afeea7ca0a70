import { describe, expect, it } from 'vitest';
import { createFailureLog } from './failure-log.ts';

const connection = (id: string, user: string) => ({ kind: 'connection', id, user }) as const;
const failure = (id: string, text: string) => ({ kind: 'failure', id, text }) as const;

describe('createFailureLog', () => {
  it('returns the newest failure of the connections of a user', async () => {
    const log = createFailureLog(() => 5);
    log.add(connection('1', 'p0'));
    log.add(connection('2', 'p1'));
    log.add(failure('1', 'first'));
    log.add(failure('2', 'of another'));
    log.add(failure('1', 'second'));
    log.add(failure('9', 'without a user'));
    expect(await log.find('p0', 5, 0)).toBe('second');
    expect(await log.find('p1', 0, 0)).toBe('of another');
  });

  it('ignores failures before the attempt', async () => {
    const log = createFailureLog(() => 5);
    log.add(connection('1', 'p0'));
    log.add(failure('1', 'before'));
    expect(await log.find('p0', 6, 1)).toBeUndefined();
  });

  it('waits for a later line, up to the timeout', async () => {
    let now = 5;
    const log = createFailureLog(() => now);
    log.add(connection('1', 'p0'));
    const answer = log.find('p0', 6, 60_000);
    now = 7;
    log.add(failure('1', 'later'));
    expect(await answer).toBe('later');
    expect(await log.find('p2', 0, 1)).toBeUndefined();
  });
});
