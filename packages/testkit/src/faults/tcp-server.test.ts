import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { closeSilently, hang } from './breaks.ts';
import { gate } from './delays.ts';
import { readAll } from './request-once.ts';
import { sequence } from './script.ts';
import { banner, echoBytes, startTcpServer } from './tcp-server.ts';

test('banner() greets first', async () => {
  await using server = await startTcpServer({ script: banner('220 ready\r\n') });
  const socket = connect(server.port, '127.0.0.1');
  const [greeting] = await once(socket, 'data');
  expect(greeting.toString()).toBe('220 ready\r\n');
  socket.destroy();
});

test('echoBytes() sends all back, and the server keeps what came', async () => {
  await using server = await startTcpServer({ script: echoBytes() });
  const socket = connect(server.port, '127.0.0.1');
  socket.end(Buffer.from([0, 1, 255]));
  const [back] = await once(socket, 'data');
  expect(back).toEqual(Buffer.from([0, 1, 255]));
  await once(socket, 'close');
  expect(server.received).toEqual([Buffer.from([0, 1, 255])]);
});

test('the script goes on with every connection', async () => {
  await using server = await startTcpServer({ script: sequence(closeSilently(), banner('hello')) });
  expect((await readAll(server.port)).length).toBe(0);
  const socket = connect(server.port, '127.0.0.1');
  expect(String(await once(socket, 'data'))).toBe('hello');
  expect(server.connections).toBe(2);
  socket.destroy();
});

test('hang() says nothing, and close() ends it', async () => {
  const hanging = gate(hang());
  hanging.open();
  const server = await startTcpServer({ script: hanging });
  const everything = readAll(server.port);
  await hanging.reached;
  await server.close();
  expect((await everything).length).toBe(0);
});
