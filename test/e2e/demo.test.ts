import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { displayWidth } from '@repo/devtools/terminal/spans';
import { expect, test } from 'vitest';

const demo = fileURLToPath(new URL('../../packages/devtools/src/cli/demo.ts', import.meta.url));

test('runs the demo in 80 columns and keeps every report', {
  timeout: 120_000,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-report-'));
  try {
    const env = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const { stdout, stderr, status } = spawnSync(process.execPath, [demo, folder], {
      encoding: 'utf8',
      env,
    });
    expect(stderr).toBe('');
    expect(status, stdout).toBe(0);
    expect(stdout.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([]);
    expect(stdout).toContain('Rolled back from bbbbbbb to 1111111, verified');
    expect(stdout).toContain('cannot reach a Docker daemon at');
    const reports = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(reports).toEqual([
      '01-good-release.json',
      '02-mark.json',
      '03-snapshot.json',
      '04-bad-release.json',
      '05-rollback.json',
      '06-after-rollback.json',
      '07-slow-commit.json',
      '08-proxies.json',
    ]);
    const verdicts = reports.map(
      (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).verdict,
    );
    expect(verdicts).toEqual(['pass', 'pass', 'pass', 'fail', 'fail', 'pass', 'fail', 'pass']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
