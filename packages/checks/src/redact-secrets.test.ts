import { plain } from '@repo/core/text/untrusted';
import { expect, test } from 'vitest';
import type { JudgedAttempt } from './judge.ts';
import { redactSecrets } from './redact-secrets.ts';

const TOKEN = 'ghs_abcdefghijklmnopqrstuvwxyz';

function judged(text: string): JudgedAttempt {
  return {
    state: 'unhealthy',
    reasons: [text],
    degraded: [text],
    addresses: [
      { address: '192.0.2.1', state: 'unhealthy', reason: text },
      { address: '192.0.2.2', state: 'healthy' },
    ],
    evidence: [{ title: text, lines: ['fine', text] }],
  };
}

test('replaces a secret in all texts', () => {
  const { state, ...rest } = redactSecrets(judged(`before ${TOKEN} after ${TOKEN}`), [TOKEN]);
  const text = 'before *** after ***';
  expect(state).toBe('unhealthy');
  expect(rest).toEqual({
    reasons: [text],
    degraded: [text],
    addresses: [
      { address: '192.0.2.1', state: 'unhealthy', reason: text },
      { address: '192.0.2.2', state: 'healthy' },
    ],
    evidence: [{ title: text, lines: ['fine', text] }],
  });
});

test('replaces the start of a secret at the end of a shortened text', () => {
  for (let length = 5; length < TOKEN.length + 12; length++) {
    const [reason = ''] = redactSecrets(
      judged(`"${plain(`key ${TOKEN} rest`, length)}", not "x"`),
      ['other-secret', TOKEN, `Bearer ${TOKEN}`],
    ).reasons;
    for (let part = 4; part <= TOKEN.length; part++) {
      expect(reason).not.toContain(TOKEN.slice(0, part));
    }
    expect(reason).toMatch(/^"key .*", not "x"$/);
  }
});

test('replaces a longer secret that contains another', () => {
  const [reason] = redactSecrets(judged('x Bearer abcd y'), ['abcd', 'Bearer abcd']).reasons;
  expect(reason).toBe('x *** y');
});

test('keeps short secrets and other text', () => {
  const text = 'abc… xyz gh…';
  expect(redactSecrets(judged(text), ['abc', TOKEN, '']).reasons).toEqual([text]);
});
