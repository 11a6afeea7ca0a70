import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfigured } from '@repo/checks/testing/run-configured';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { file } from './file.ts';

let workspace = '';
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'file-'));
});
afterAll(() => rm(workspace, { recursive: true }));

async function look(path: string, expect?: readonly string[]) {
  return runConfigured(file, { path }, { machine: { workspace }, ...(expect && { expect }) });
}

describe('a file', () => {
  test('exists or is missing', async () => {
    await writeFile(join(workspace, 'here'), 'x');
    expect(await look('here')).toMatchObject({ state: 'healthy' });
    expect(await look('.')).toMatchObject({ state: 'healthy' });
    expect(await look('gone')).toMatchObject({
      state: 'unhealthy',
      reason: 'exists: exists was false',
    });
    expect(await look('here/below')).toMatchObject({ state: 'unhealthy' });
    expect(await look('gone', ['!exists'])).toMatchObject({ state: 'healthy' });
  });

  test('has the time since its last modification as age', async () => {
    const path = join(workspace, 'old');
    await writeFile(path, '');
    expect(await look('old', ["age < duration('1m')", 'size == 0'])).toMatchObject({
      state: 'healthy',
    });
    await utimes(path, new Date(), new Date(Date.now() - 7_200_000));
    const stale = await look('old', ["age < duration('1h')"]);
    expect(stale.state).toBe('unhealthy');
    expect(stale.reason).toMatch(/age was 2h$/);
  });

  test('has JSON and text, with secrets removed from the evidence', async () => {
    const text = '{"proxies": [1, 2], "meta": {"token": "hidden-1234"}}';
    await writeFile(join(workspace, 'a.json'), text);
    expect(
      await look('a.json', ['json.proxies.size() == 2', `text.startsWith('{')`]),
    ).toMatchObject({ state: 'healthy' });
    const missed = await look('a.json', ['json.proxies.size() > 2']);
    expect(missed.state).toBe('unhealthy');
    expect(missed.evidence[0]?.lines.join()).toContain('"proxies": [1, 2]');
    expect(JSON.stringify(missed.evidence)).not.toContain('hidden-1234');
    await writeFile(join(workspace, 'a.json'), '{');
    expect(await look('a.json', ['json.proxies.size() == 2'])).toMatchObject({
      state: 'unhealthy',
      reason: 'json.proxies.size() == 2: json is not available',
    });
  });

  test('that is too large is unknown, unless only its size is checked', async () => {
    await writeFile(join(workspace, 'long'), 'x'.repeat(2 ** 20 + 1));
    expect(await look('long', ['size > 1000000'])).toMatchObject({ state: 'healthy' });
    const { state, reason } = await look('long', [`text.contains('y')`]);
    expect(state).toBe('unknown');
    expect(reason).toBe('long is larger than 1MB');
  });

  test.skipIf(process.platform === 'win32')('that is not a regular file is not read', async () => {
    const server = createServer().listen(join(workspace, 'socket'));
    await once(server, 'listening');
    expect(await look('socket', ['exists'])).toMatchObject({ state: 'healthy' });
    expect(await look('socket', [`text == ''`])).toMatchObject({
      state: 'unhealthy',
      reason: "text == '': text is not available",
    });
    server.close();
  });

  test.skipIf(process.platform !== 'linux')('in /proc is read although its size is 0', async () => {
    expect(await look('/proc/self/status', [`text.contains('Name:')`])).toMatchObject({
      state: 'healthy',
    });
  });
});
