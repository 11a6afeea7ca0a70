import { once } from 'node:events';
import { request } from 'node:http';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { bomb, endlessBody, endlessHeaders } from './floods.ts';
import { startHttpServer } from './http-server.ts';
import { requestOnce } from './request-once.ts';

test('endlessHeaders() sends headers until the client stops', async () => {
  await using server = await startHttpServer({ script: endlessHeaders() });
  await expect(requestOnce(server.url)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  const limit = { maxHeaderSize: 1_000_000 };
  await expect(requestOnce(server.url, limit)).rejects.toMatchObject({
    code: 'HPE_HEADER_OVERFLOW',
  });
});

test('endlessBody() sends a body until the client stops', async () => {
  await using server = await startHttpServer({ script: endlessBody() });
  const outgoing = request(server.url, { agent: false }).end();
  const [response] = await once(outgoing, 'response');
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > 20_000_000) break;
  }
  expect(response.complete).toBe(false);
  expect(bytes).toBeGreaterThan(20_000_000);
});

const MIB = 1_048_576;

test.each([
  { encoding: 'gzip', decodedBytes: 0, maxBytes: 100 },
  { encoding: 'gzip', decodedBytes: 1, maxBytes: 100 },
  { encoding: 'gzip', decodedBytes: 3 * MIB + 17, maxBytes: 5000 },
  { encoding: 'br', decodedBytes: 0, maxBytes: 100 },
  { encoding: 'br', decodedBytes: 3 * MIB + 17, maxBytes: 5000 },
] as const)('bomb($encoding, $decodedBytes) decompresses to that size', async (row) => {
  const { encoding, decodedBytes, maxBytes } = row;
  await using server = await startHttpServer({ script: bomb({ encoding, decodedBytes }) });
  const { headers, body } = await requestOnce(server.url);
  expect(headers['content-encoding']).toBe(encoding);
  expect(body.length).toBeLessThan(maxBytes);
  const decoder = encoding === 'gzip' ? createGunzip() : createBrotliDecompress();
  decoder.end(body);
  let zeros = 0;
  for await (const chunk of decoder) {
    expect(chunk.equals(Buffer.alloc(chunk.length))).toBe(true);
    zeros += chunk.length;
  }
  expect(zeros).toBe(decodedBytes);
});

test.each(['gzip', 'br'] as const)(
  'a %s bomb of 300 MB is never completely in memory',
  async (encoding) => {
    const decodedBytes = 300_000_000;
    await using server = await startHttpServer({ script: bomb({ decodedBytes, encoding }) });
    const buffers = () => process.memoryUsage().arrayBuffers;
    const before = buffers();
    const outgoing = request(server.url, { agent: false }).end();
    const [response] = await once(outgoing, 'response');
    let sent = 0;
    let peak = 0;
    for await (const chunk of response) {
      sent += chunk.length;
      peak = Math.max(peak, buffers() - before);
    }
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(350_000);
    expect(peak).toBeLessThan(30_000_000);
  },
);
