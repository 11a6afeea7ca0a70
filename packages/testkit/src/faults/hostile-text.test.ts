import { expect, test } from 'vitest';
import { HOSTILE, HOSTILE_TEXT, hostileText } from './hostile-text.ts';
import { startHttpServer } from './http-server.ts';
import { requestOnce } from './request-once.ts';

test('the body and its title contain every hostile text unchanged', async () => {
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

test('the reason phrase and a header contain the text that HTTP allows', async () => {
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

test('the text has lines that start with commands', () => {
  expect(HOSTILE_TEXT).toMatch(/^::error::/m);
});
