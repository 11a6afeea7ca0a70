import { expect, test } from 'vitest';
import { HOSTILE, HOSTILE_TEXT, hostileText } from './hostile-text.ts';
import { startHttpServer } from './http-server.ts';
import { requestOnce } from './request-once.ts';

test('the body and its title hold every hostile text, to the byte', async () => {
  await using server = await startHttpServer({ script: hostileText(500) });
  const { status, body } = await requestOnce(server.url);
  const [, title = '', paragraph = ''] =
    /<title>([\s\S]*)<\/title><p>([\s\S]*)<\/p>$/.exec(body.toString()) ?? [];
  expect(status).toBe(500);
  for (const text of Object.values(HOSTILE)) {
    expect(title).toContain(text);
    expect(paragraph).toContain(text);
  }
});

test('reason phrase and header hold what HTTP lets pass', async () => {
  await using server = await startHttpServer({ script: hostileText() });
  const { reason, headers } = await requestOnce(server.url);
  const header = Buffer.from(String(headers['x-hostile']), 'latin1').toString('utf8');
  for (const text of [reason, header]) {
    for (const name of [
      'setEnv',
      'errorCommand',
      'oldErrorCommand',
      'html',
      'regexTrap',
    ] as const) {
      expect(text).toContain(HOSTILE[name]);
    }
  }
  expect(header).toContain(HOSTILE.bidi);
});

test('the whole is one string of lines that begin with commands', () => {
  expect(HOSTILE_TEXT).toMatch(/^::error::/m);
});
