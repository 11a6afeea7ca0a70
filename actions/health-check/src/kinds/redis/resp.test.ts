import { describe, expect, test } from 'vitest';
import { fakeConnection } from '../../testing/fake-connection.ts';
import { runCommand } from './resp.ts';

test('command lengths are in bytes', async () => {
  const { connection, sent } = fakeConnection(Buffer.from('+OK\r\n'));
  await runCommand(connection, ['SET', 'ä', '']);
  expect(sent.map(String)).toEqual(['*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$0\r\n\r\n']);
});

describe('a reply', () => {
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
    expect(await runCommand(fakeConnection(Buffer.from(text)).connection, ['X'])).toEqual(reply);
  });

  test.each([
    ['-WRONGPASS no\r\n', 'WRONGPASS no'],
    ['HTTP/1.1 400 Bad Request\r\n', 'the server does not speak the Redis protocol'],
    [':x\r\n', 'the server does not speak the Redis protocol'],
    ['*100000\r\n', 'the reply is too large'],
    ['*1\r\n'.repeat(20), 'the reply is too large'],
  ])('%j', async (text, reason) => {
    await expect(runCommand(fakeConnection(Buffer.from(text)).connection, ['X'])).rejects.toThrow(
      reason,
    );
  });
});
