import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { samples } from '../contract/samples.ts';

interface Chunk {
  readonly name: string;
  readonly bytes: number;
  readonly packages: readonly string[];
}

const actions = join(import.meta.dirname, '../../actions');

function readChunks(action: string): readonly Chunk[] {
  const dist = join(actions, action, 'dist');
  return readdirSync(dist)
    .filter((name) => name.endsWith('.js'))
    .map((name) => {
      const text = readFileSync(join(dist, name), 'utf8');
      const paths = text.matchAll(
        /node_modules\/\.pnpm\/[^/\n]+\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//g,
      );
      const packages = [...new Set([...paths].map(([, found = '']) => found))];
      return { name, bytes: Buffer.byteLength(text), packages };
    });
}

describe.each(['health-check', 'deploy-rollback', 'perf-regression'])(
  'the bundle of %s',
  (action) => {
    const octokit = readChunks(action).filter(({ packages }) => packages.includes('@octokit/core'));

    test('has octokit in one chunk', () => {
      expect(octokit).toHaveLength(1);
      expect(octokit[0]?.packages).toContain('@actions/github');
    });

    test('does not load this chunk in a run without calls to GitHub', async () => {
      const copy = await mkdtemp(join(tmpdir(), 'action-'));
      await cp(join(actions, action, 'action.yml'), join(copy, 'action.yml'));
      await cp(join(actions, action, 'dist'), join(copy, 'dist'), { recursive: true });
      await rm(join(copy, 'dist', String(octokit[0]?.name)));
      await using result = await runAction({
        action: copy,
        with: (await samples[action]?.()) ?? {},
      });
      await rm(copy, { recursive: true });
      expect(result.outputs.verdict, result.log).toBeDefined();
    });

    // The patches remove 990 KB.
    test('has no second HTTP client for octokit', () => {
      expect(octokit[0]?.packages).not.toContain('undici');
      expect(octokit[0]?.packages).not.toContain('@actions/http-client');
      expect(octokit[0]?.bytes).toBeLessThan(180_000);
    });
  },
);
