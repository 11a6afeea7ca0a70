import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readEventPayload } from './event-payload.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const setEvent = (text: string) => {
  const file = join(folder, 'event.json');
  writeFileSync(file, text);
  vi.stubEnv('GITHUB_EVENT_PATH', file);
};

// Without our patch, the library throws on import, or prints the path.
test('an invalid or missing payload is empty, and octokit loads with it', async () => {
  const print = vi.spyOn(process.stdout, 'write');
  setEvent('{');
  expect(readEventPayload()).toEqual({});
  await expect(import('@actions/github')).resolves.toBeDefined();
  vi.stubEnv('GITHUB_EVENT_PATH', join(folder, 'none.json'));
  expect(readEventPayload()).toEqual({});
  vi.stubEnv('GITHUB_EVENT_PATH', undefined);
  expect(readEventPayload()).toEqual({});
  expect(print).not.toHaveBeenCalled();
});

test('reads the payload', () => {
  setEvent('{"action":"opened"}');
  expect(readEventPayload()).toEqual({ action: 'opened' });
});
