import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { closeSilently, hang } from './breaks.ts';
import { gate } from './delays.ts';
import { readAll } from './request-once.ts';
import { sequence } from './script.ts';
import { banner, echoBytes, startTcpServer } from './tcp-server.ts';

test('banner() sends a greeting', async () => {
  await using server = await startTcpServer({ script: banner('220 ready\r\n') });
  const socket = connect(server.port, '127.0.0.1');
  const [greeting] = await once(socket, 'data');
  expect(greeting.toString()).toBe('220 ready\r\n');
  socket.destroy();
});

test('echoBytes() returns all bytes, and the server records them', async () => {
  await using server = await startTcpServer({ script: echoBytes() });
  const socket = connect(server.port, '127.0.0.1');
  socket.end(Buffer.from([0, 1, 255]));
  const [echoed] = await once(socket, 'data');
  expect(echoed).toEqual(Buffer.from([0, 1, 255]));
  await once(socket, 'close');
  expect(server.received).toEqual([Buffer.from([0, 1, 255])]);
});

test('the script continues with each connection', async () => {
  await using server = await startTcpServer({ script: sequence(closeSilently(), banner('hello')) });
  expect((await readAll(server.port)).length).toBe(0);
  const socket = connect(server.port, '127.0.0.1');
  expect(String(await once(socket, 'data'))).toBe('hello');
  expect(server.connections).toBe(2);
  socket.destroy();
});

test('hang() sends no data until close()', async () => {
  const hanging = gate(hang());
  hanging.open();
  const server = await startTcpServer({ script: hanging });
  const received = readAll(server.port);
  await hanging.reached;
  await server.close();
  expect((await received).length).toBe(0);
});
