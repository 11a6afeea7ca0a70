import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { expect, onTestFinished } from 'vitest';
import { cell } from '../setups/cell.ts';
import { ownProgram } from './own-program.ts';

const action = fileURLToPath(new URL('../../actions/docker-label-cleanup', import.meta.url));

cell(
  'windows',
  'a docker.exe of the workspace is not run',
  async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'windows-'));
    onTestFinished(() => rm(workspace, { recursive: true, force: true, maxRetries: 5 }));
    await copyFile(ownProgram(), join(workspace, 'docker.exe'));
    const inputs = { labels: 'environment=testing', host: 'ssh://deploy@docker.example' };
    await using result = await runAction({ action, cwd: workspace, with: inputs });
    expect(result.outputs.verdict, result.log).toBe('unknown');
    expect(result.log).toContain('docker is not installed');
  },
  // A machine with a docker CLI would start it.
  { possible: process.platform !== 'win32' },
);
