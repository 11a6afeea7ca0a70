import { describe, expect, test } from 'vitest';
import { notifyTarget } from './notify-target.ts';

const { parse, secrets } = notifyTarget();

describe('notifyTarget', () => {
  test.each(['slack', 'discord', 'teams', 'webhook'] as const)('%s', (service) => {
    expect(parse(`${service} = https://hooks.test/a?b=c`)).toEqual({
      service,
      url: 'https://hooks.test/a?b=c',
    });
  });

  test('sends the credentials of a URL as basic authentication', () => {
    expect(parse('webhook=https://me:p%40ss@hooks.test/a')).toEqual({
      service: 'webhook',
      url: 'https://hooks.test/a',
      authorization: 'Basic bWU6cEBzcw==',
    });
  });

  test.each([
    ['https://hooks.test/a', 'does not name a known service'],
    ['Slack=https://hooks.test/a', 'does not name a known service'],
    ['toString=https://hooks.test/a', 'does not name a known service'],
    ['slack', 'has no URL after the "="'],
    ['slack=', 'has no URL after the "="'],
    ['slack=hooks.test/a', 'has no URL after the "="'],
    ['slack=file:///etc/passwd', 'has no URL after the "="'],
  ])('%s %s', (given, message) => {
    expect(() => parse(given)).toThrow(
      expect.objectContaining({
        message,
        remedy: 'Write slack=URL, discord=URL, teams=URL, webhook=URL, one per line.',
      }),
    );
  });

  test('masks the URL, or the whole text if it is invalid', () => {
    expect(secrets?.('slack=https://hooks.test/a?b=c')).toEqual(['https://hooks.test/a?b=c']);
    expect(secrets?.('webhook=https://me:p%40ss@hooks.test/a')).toEqual([
      'https://me:p%40ss@hooks.test/a',
      'https://hooks.test/a',
      'p%40ss',
      'p@ss',
      'bWU6cEBzcw==',
    ]);
    // Not just `c`, which would blank out every c in the log.
    expect(secrets?.('https://hooks.test/a?b=c')).toEqual(['https://hooks.test/a?b=c']);
    expect(secrets?.('slack=')).toEqual(['slack=']);
  });
});
