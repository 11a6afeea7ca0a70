import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAttempt } from '../testing/run-attempt.ts';
import { file } from './file.ts';

let workspace = '';
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'file-'));
});
afterAll(() => rm(workspace, { recursive: true }));

async function look(path: string, expect?: readonly string[]) {
  return runAttempt(file, { path }, { machine: { workspace }, ...(expect && { expect }) });
}

describe('a file', () => {
  test('exists, or does not', async () => {
    await writeFile(join(workspace, 'here'), 'x');
    expect(await look('here')).toMatchObject({ state: 'good' });
    expect(await look('.')).toMatchObject({ state: 'good' });
    expect(await look('gone')).toMatchObject({ state: 'bad', reason: 'exists: exists was false' });
    expect(await look('here/below')).toMatchObject({ state: 'bad' });
    expect(await look('gone', ['!exists'])).toMatchObject({ state: 'good' });
  });

  test('its age is since it was written last', async () => {
    const path = join(workspace, 'old');
    await writeFile(path, '');
    expect(await look('old', ["age < duration('1m')", 'size == 0'])).toMatchObject({
      state: 'good',
    });
    await utimes(path, new Date(), new Date(Date.now() - 7_200_000));
    const stale = await look('old', ["age < duration('1h')"]);
    expect(stale.state).toBe('bad');
    expect(stale.reason).toMatch(/age was 2h$/);
  });

  test('its JSON and its text are judged, and shown without secrets', async () => {
    const text = '{"proxies": [1, 2], "meta": {"token": "hidden-1234"}}';
    await writeFile(join(workspace, 'a.json'), text);
    expect(
      await look('a.json', ['json.proxies.size() == 2', `text.startsWith('{')`]),
    ).toMatchObject({ state: 'good' });
    const missed = await look('a.json', ['json.proxies.size() > 2']);
    expect(missed.state).toBe('bad');
    expect(missed.evidence[0]?.lines.join()).toContain('"proxies": [1, 2]');
    expect(JSON.stringify(missed.evidence)).not.toContain('hidden-1234');
    await writeFile(join(workspace, 'a.json'), '{');
    expect(await look('a.json', ['json.proxies.size() == 2'])).toMatchObject({
      state: 'bad',
      reason: 'json.proxies.size() == 2: there is no json',
    });
  });

  test('what is too long to be read is unknown, but its size is not', async () => {
    await writeFile(join(workspace, 'long'), 'x'.repeat(2 ** 20 + 1));
    expect(await look('long', ['size > 1000000'])).toMatchObject({ state: 'good' });
    const { state, reason } = await look('long', [`text.contains('y')`]);
    expect(state).toBe('unknown');
    expect(reason).toBe('long has more than the 1MB that are read');
  });

  test.skipIf(process.platform === 'win32')('what is no file is not read', async () => {
    const server = createServer().listen(join(workspace, 'socket'));
    await once(server, 'listening');
    expect(await look('socket', ['exists'])).toMatchObject({ state: 'good' });
    expect(await look('socket', [`text == ''`])).toMatchObject({
      state: 'bad',
      reason: "text == '': there is no text",
    });
    server.close();
  });

  test.skipIf(process.platform !== 'linux')('of /proc, which has no size', async () => {
    expect(await look('/proc/self/status', [`text.contains('Name:')`])).toMatchObject({
      state: 'good',
    });
  });
});
