import { describe, expect, test } from 'vitest';
import { fakeWire } from '../../testing/fake-connection.ts';
import { command } from './resp.ts';

test('a command counts bytes, not characters', async () => {
  const { wire, sent } = fakeWire(Buffer.from('+OK\r\n'));
  await command(wire, ['SET', 'ä', '']);
  expect(sent.map(String)).toEqual(['*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$0\r\n\r\n']);
});

describe('replies', () => {
  test.each([
    ['+PONG\r\n', 'PONG'],
    [':-42\r\n', -42],
    ['$3\r\nä!\r\n', 'ä!'],
    ['$8\r\na\r\nb\r\nc!\r\n', 'a\r\nb\r\nc!'],
    ['$-1\r\n', null],
    ['*-1\r\n', null],
    ['*0\r\n', []],
    ['*3\r\n:1\r\n*1\r\n+x\r\n$0\r\n\r\n', [1, ['x'], '']],
  ])('%j', async (text, reply) => {
    expect(await command(fakeWire(Buffer.from(text)).wire, ['X'])).toEqual(reply);
  });

  test.each([
    ['-WRONGPASS no\r\n', 'WRONGPASS no'],
    ['HTTP/1.1 400 Bad Request\r\n', 'it does not speak Redis'],
    [':x\r\n', 'it does not speak Redis'],
    ['*100000\r\n', 'its reply is too large'],
    ['*1\r\n'.repeat(20), 'its reply is too large'],
  ])('%j', async (text, reason) => {
    await expect(command(fakeWire(Buffer.from(text)).wire, ['X'])).rejects.toThrow(reason);
  });
});
