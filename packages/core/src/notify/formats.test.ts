import { expect, test } from 'vitest';
import { formats } from './formats.ts';
import { headline, type Notification } from './message.ts';

const notification: Notification = {
  action: 'probe',
  verdict: 'fail',
  message: 'api is down: 503 <b>',
  repository: 'o/r',
  workflow: 'CI <main>',
  runUrl: 'https://github.test/o/r/actions/runs/7',
};
const nasty = {
  ...notification,
  message: '<!channel> <@U1> @everyone *b* _i_ `c` [x](https://evil.test) &amp;',
};
const outside = { ...notification, repository: '', workflow: '', runUrl: '' };

test('the headline has action, verdict and repository', () => {
  expect(headline(notification)).toBe('❌ probe: fail in o/r');
  expect(headline({ ...outside, verdict: 'unknown' })).toBe('❔ probe: unknown');
});

test('Slack', () => {
  expect(formats.slack(notification)).toEqual({
    text: '*❌ probe: fail in o/r*\napi is down: 503 &lt;b&gt;\n<https://github.test/o/r/actions/runs/7|CI &lt;main&gt;>',
  });
  expect(formats.slack(outside)).toEqual({
    text: '*❌ probe: fail*\napi is down: 503 &lt;b&gt;',
  });
  expect(JSON.stringify(formats.slack(nasty))).not.toMatch(/<[!@]/);
});

test('Discord', () => {
  expect(formats.discord(notification)).toEqual({
    content:
      '**❌ probe: fail in o/r**\napi is down: 503 <b\\>\nhttps://github.test/o/r/actions/runs/7',
    allowed_mentions: { parse: [] },
  });
  expect(formats.discord(outside)).toMatchObject({
    content: '**❌ probe: fail**\napi is down: 503 <b\\>',
  });
  expect(formats.discord(nasty)).toMatchObject({
    content: expect.stringContaining('\\[x\\]\\(https://evil.test\\)'),
  });
});

test('Discord: cuts the message to 2,000 characters and keeps the link to the run', () => {
  for (const message of ['😀'.repeat(2_000), `a${'😀'.repeat(2_000)}`, '*'.repeat(4_000)]) {
    const { content } = formats.discord({ ...notification, message }) as { content: string };
    expect(content.length).toBeLessThanOrEqual(2_000);
    expect(content.length).toBeGreaterThan(1_900);
    expect(content.isWellFormed()).toBe(true);
    expect(content).toMatch(/[^\\](\\\\)*…\nhttps:\/\/github\.test\/o\/r\/actions\/runs\/7$/);
  }
});

test('Teams', () => {
  expect(formats.teams(notification)).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          body: [{ text: '❌ probe: fail in o/r' }, { text: 'api is down: 503 <b\\>' }],
          actions: [{ type: 'Action.OpenUrl', url: 'https://github.test/o/r/actions/runs/7' }],
        },
      },
    ],
  });
  expect(formats.teams(outside)).toMatchObject({ attachments: [{ content: { actions: [] } }] });
  expect(JSON.stringify(formats.teams(nasty))).not.toContain('[x](');
});

test('a webhook receives the notification as JSON', () => {
  expect(formats.webhook(nasty)).toEqual(nasty);
});
