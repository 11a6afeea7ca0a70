import { randomBytes } from 'node:crypto';
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  type ZlibOptions,
} from 'node:zlib';
import { respond } from '@repo/testkit/faults/answers';
import { bomb } from '@repo/testkit/faults/floods';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { describe, expect, it } from 'vitest';
import { requestOnce } from './http.ts';
import { createRequest } from './testing/create-request.ts';

const TEXT = 'the quick brown fox '.repeat(5_000);

async function bodyOf(encoding: string, body: Buffer, maxBodyBytes = 1_048_576) {
  const script = respond(200, { headers: { 'content-encoding': encoding }, body });
  await using server = await startHttpServer({ script });
  return await requestOnce(createRequest(server.url, { maxBodyBytes }));
}

describe('compressed bodies', () => {
  it.each([
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['gzip', Buffer.concat([gzipSync(TEXT.slice(0, 100)), gzipSync(TEXT.slice(100))])],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
  ])('decompresses %s', async (encoding, bytes) => {
    const attempt = await bodyOf(encoding, bytes);
    expect(attempt).toMatchObject({ ok: true, response: { size: TEXT.length, truncated: false } });
    expect(attempt.ok && attempt.response.body.toString() === TEXT).toBe(true);
  });

  it('does not decompress an unsupported encoding', async () => {
    const attempt = await bodyOf('toString', Buffer.from('as it is'));
    expect(attempt.ok && attempt.response.body.toString()).toBe('as it is');
  });

  it('accepts an empty body', async () => {
    expect(await bodyOf('gzip', Buffer.alloc(0))).toMatchObject({
      ok: true,
      response: { size: 0, truncated: false },
    });
  });

  it.each([
    ['gzip', Buffer.from('not gzip at all')],
    ['gzip', gzipSync(randomBytes(1_000)).subarray(0, 500)],
    ['br', Buffer.from('not brotli at all')],
    ['deflate', Buffer.from('x not deflate')],
  ])('rejects an invalid %s body', async (encoding, bytes) => {
    expect(await bodyOf(encoding, bytes)).toMatchObject({
      ok: false,
      failure: {
        phase: 'body',
        kind: 'protocol',
        message: expect.stringMatching(/^the response from 127\.0\.0\.1:\d+ is invalid: /),
      },
    });
  });

  it('truncates after decompression exactly at the limit', async () => {
    const packed = gzipSync(TEXT);
    expect(await bodyOf('gzip', packed, TEXT.length)).toMatchObject({
      response: { size: TEXT.length, truncated: false },
    });
    expect(await bodyOf('gzip', packed, TEXT.length - 1)).toMatchObject({
      response: { size: TEXT.length - 1, truncated: true },
    });
  });

  it('truncates the compressed bytes at the limit', async () => {
    // Empty blocks: bytes without end that hold nothing.
    const options: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH };
    const empty = deflateRawSync('', options);
    const endless = Buffer.concat([deflateRawSync('x', options), ...Array(20_000).fill(empty)]);
    expect(endless.length).toBeGreaterThan(50_000);
    expect(await bodyOf('deflate', endless, 50_000)).toMatchObject({
      ok: true,
      response: { truncated: true },
    });
  });

  it.each(['gzip', 'br'] as const)('truncates a %s bomb', async (encoding) => {
    const script = bomb({ decodedBytes: 8 * 1_048_576, encoding });
    await using server = await startHttpServer({ script });
    expect(await requestOnce(createRequest(server.url))).toMatchObject({
      ok: true,
      response: { size: 1_048_576, truncated: true },
    });
  });

  it('uses little memory for a bomb', async () => {
    const body = gzipSync(Buffer.alloc(64 * 1_048_576));
    const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = used();
    const attempt = await bodyOf('gzip', body);
    expect(used() - before).toBeLessThan(16 * 1_048_576);
    expect(attempt).toMatchObject({ ok: true, response: { size: 1_048_576, truncated: true } });
  });
});

describe('uncompressed bodies', () => {
  it('truncates exactly at the limit', async () => {
    const body = Buffer.from(TEXT);
    expect(await bodyOf('identity', body, body.length)).toMatchObject({
      response: { size: body.length, truncated: false },
    });
    expect(await bodyOf('identity', body, body.length - 1)).toMatchObject({
      response: { size: body.length - 1, truncated: true },
    });
    expect(await bodyOf('identity', body, 0)).toMatchObject({
      response: { size: 0, truncated: true },
    });
  });
});
