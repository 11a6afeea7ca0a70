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

test('a secret is nowhere', () => {
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

test('nor is what a cut has left of it', () => {
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

test('a secret within another leaves no piece of the longer one', () => {
  const [reason] = redactSecrets(judged('x Bearer abcd y'), ['abcd', 'Bearer abcd']).reasons;
  expect(reason).toBe('x *** y');
});

test('what is too short to be a secret stays, and so does what is none', () => {
  const text = 'abc… xyz gh…';
  expect(redactSecrets(judged(text), ['abc', TOKEN, '']).reasons).toEqual([text]);
});
