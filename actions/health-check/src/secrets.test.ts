import { plain } from '@repo/core/text/untrusted';
import { expect, test } from 'vitest';
import type { Judged } from './judge.ts';
import { withoutSecrets } from './secrets.ts';

const TOKEN = 'ghs_abcdefghijklmnopqrstuvwxyz';

function judged(text: string): Judged {
  return {
    state: 'bad',
    reasons: [text],
    degraded: [text],
    addresses: [
      { address: '192.0.2.1', state: 'bad', reason: text },
      { address: '192.0.2.2', state: 'good' },
    ],
    evidence: [{ title: text, lines: ['fine', text] }],
  };
}

test('a secret is nowhere', () => {
  const { state, ...rest } = withoutSecrets(judged(`before ${TOKEN} after ${TOKEN}`), [TOKEN]);
  const text = 'before *** after ***';
  expect(state).toBe('bad');
  expect(rest).toEqual({
    reasons: [text],
    degraded: [text],
    addresses: [
      { address: '192.0.2.1', state: 'bad', reason: text },
      { address: '192.0.2.2', state: 'good' },
    ],
    evidence: [{ title: text, lines: ['fine', text] }],
  });
});

test('nor is what a cut has left of it', () => {
  for (let length = 5; length < TOKEN.length + 12; length++) {
    const [reason = ''] = withoutSecrets(
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
  const [reason] = withoutSecrets(judged('x Bearer abcd y'), ['abcd', 'Bearer abcd']).reasons;
  expect(reason).toBe('x *** y');
});

test('what is too short to be a secret stays, and so does what is none', () => {
  const text = 'abc… xyz gh…';
  expect(withoutSecrets(judged(text), ['abc', TOKEN, '']).reasons).toEqual([text]);
});
