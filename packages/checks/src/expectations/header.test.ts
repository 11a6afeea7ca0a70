import { expect, test } from 'vitest';
import { expectHeaders } from './header.ts';

const HEADERS = { 'content-type': 'text/html; charset=utf-8', 'x-a': '1:2' };

async function judge(line: string, headers: object = HEADERS) {
  const [expectation] = await expectHeaders().parse(line);
  return expectation?.judge({ headers });
}

test.each(['Content-Type: html', 'content-type: text/html; charset=utf-8', 'X-A: 1:2', 'x-a:'])(
  '%s',
  async (line) => {
    expect(await judge(line)).toEqual({ met: true });
  },
);

test.each([
  [
    'Content-Type: json',
    'header Content-Type is "text/html; charset=utf-8", which does not contain "json"',
  ],
  ['X-B: 1', 'header X-B is missing'],
  ['constructor: x', 'header constructor is missing'],
  ['__proto__: x', 'header __proto__ is missing'],
])('%s is not met', async (line, found) => {
  expect(await judge(line)).toEqual({ met: false, found });
});

test('shortens and escapes a long value', async () => {
  const judgement = await judge('x-a: b', { 'x-a': '::error::\u001b[31m'.repeat(1_000) });
  const message = judgement?.met === false ? judgement.found : '';
  expect(message.length).toBeLessThan(150);
  expect(message).toMatch(/…", which does not contain "b"$/);
  expect(message).not.toContain('\u001b');
});

test('reads one header per line, and accepts an empty list', async () => {
  const all = await expectHeaders().parse('X-A: 1\nX-B: 2');
  expect(all.map(({ source, reads }) => [source, reads])).toEqual([
    ['header X-A: 1', ['headers']],
    ['header X-B: 2', ['headers']],
  ]);
  expect(expectHeaders().empty?.()).toEqual([]);
  await expect(expectHeaders().parse('X-A')).rejects.toMatchObject({ name: 'InvalidValue' });
});
