import { describe, expect, test } from 'vitest';
import { classify } from './category.ts';

describe('the category of an error', () => {
  test.each([
    ['tailscale whois failed: connection refused', 'tailscale'],
    ["[Errno 28] No space left on device: '/data/app.db'", 'disk'],
    ['sqlite: database or disk is full', 'disk'],
    ['database disk image is malformed', 'database'],
    ['could not connect to the database', 'database'],
    ['login failed for bob', 'auth'],
    ['401 Unauthorized', 'auth'],
    ['(13)Permission denied: AH00132', 'auth'],
    ['Name resolution failed for db.example', 'network'],
    ['connect ECONNREFUSED 192.0.2.7:80', 'network'],
    ['request timed out', 'network'],
    ['Unhandled ValueError: no', 'exception'],
    ['cannot render page 7', 'other'],
    ['the author of authority', 'other'],
    ['open() "/srv/database/auth" failed (2: No such file or directory)', 'other'],
  ])('%s: %s', (message, category) => {
    expect(classify({ message })).toBe(category);
  });

  test('uses the logger name, and prefers a stack trace', () => {
    expect(classify({ logger: 'authz_core', message: 'client denied' })).toBe('auth');
    expect(classify({ message: 'database is locked', exception: true })).toBe('exception');
  });
});
