import { describe, expect, test } from 'vitest';
import type { Wire } from '../wire.ts';
import { command } from './resp.ts';

/** A connection on which a reply has come already; keeps what is sent. */
function wireWith(reply: string) {
  let left = Buffer.from(reply);
  const sent: string[] = [];
  const cut = (length: number) => {
    const taken = left.subarray(0, length);
    left = left.subarray(length);
    return taken;
  };
  const wire = {
    send: (data: string | Uint8Array) => void sent.push(String(data)),
    read: async (length: number) => cut(length),
    readLine: async () =>
      cut(left.indexOf('\n') + 1)
        .toString('latin1')
        .trimEnd(),
  };
  return { wire: wire as Pick<Wire, keyof typeof wire> as Wire, sent };
}

test('a command counts bytes, not characters', async () => {
  const { wire, sent } = wireWith('+OK\r\n');
  await command(wire, ['SET', 'ä', '']);
  expect(sent).toEqual(['*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$0\r\n\r\n']);
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
    expect(await command(wireWith(text).wire, ['X'])).toEqual(reply);
  });

  test.each([
    ['-WRONGPASS no\r\n', 'WRONGPASS no'],
    ['HTTP/1.1 400 Bad Request\r\n', 'it does not speak Redis'],
    [':x\r\n', 'it does not speak Redis'],
    ['*100000\r\n', 'its reply is too large'],
    ['*1\r\n'.repeat(20), 'its reply is too large'],
  ])('%j', async (text, reason) => {
    await expect(command(wireWith(text).wire, ['X'])).rejects.toThrow(reason);
  });
});
