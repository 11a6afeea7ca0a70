import { describe, expect, it } from 'vitest';
import { failureLog } from './failure-log.ts';

const connection = (id: string, user: string) => ({ kind: 'connection', id, user }) as const;
const failure = (id: string, text: string) => ({ kind: 'failure', id, text }) as const;

describe('failureLog', () => {
  it('gives each user the newest failure of their own connections', async () => {
    const log = failureLog(() => 5);
    log.take(connection('1', 'p0'));
    log.take(connection('2', 'p1'));
    log.take(failure('1', 'first'));
    log.take(failure('2', 'of another'));
    log.take(failure('1', 'second'));
    log.take(failure('9', 'of nobody'));
    expect(await log.of('p0', 5, 0)).toBe('second');
    expect(await log.of('p1', 0, 0)).toBe('of another');
  });

  it('leaves out what was before the attempt', async () => {
    const log = failureLog(() => 5);
    log.take(connection('1', 'p0'));
    log.take(failure('1', 'before'));
    expect(await log.of('p0', 6, 1)).toBeUndefined();
  });

  it('waits for a line that comes later, and no longer than it may', async () => {
    let now = 5;
    const log = failureLog(() => now);
    log.take(connection('1', 'p0'));
    const answer = log.of('p0', 6, 60_000);
    now = 7;
    log.take(failure('1', 'later'));
    expect(await answer).toBe('later');
    expect(await log.of('p2', 0, 1)).toBeUndefined();
  });
});
