import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { dockerEngine, startDockerd } from './dockerd.ts';

const demo = fileURLToPath(new URL('../../packages/devtools/src/cli/demo.ts', import.meta.url));

describe.skipIf(dockerEngine.path === undefined)(`the demo ${dockerEngine.needs}`, () => {
  test('cleans up a real daemon, keeps production objects and removes its own', {
    timeout: 120_000,
  }, async () => {
    await using daemon = await startDockerd();
    const folder = mkdtempSync(join(tmpdir(), 'demo-report-'));
    try {
      const env = { ...process.env, DOCKER_HOST: daemon.host };
      const { stdout, status } = spawnSync(process.execPath, [demo, folder], {
        encoding: 'utf8',
        env,
      });
      expect(status, stdout).toBe(0);
      const report = readFileSync(join(folder, '09-cleanup.json'), 'utf8');
      expect(JSON.parse(report).verdict).toBe('pass');
      expect(report).toMatch(/demo-\d+-production/);
      expect(await daemon.docker('volume', 'ls', '--quiet')).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
