import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Chunk {
  readonly name: string;
  readonly bytes: number;
  readonly packages: readonly string[];
}

function readChunks(action: string): readonly Chunk[] {
  const dist = join(import.meta.dirname, '../../actions', action, 'dist');
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
    const chunks = readChunks(action);

    test('has octokit in one chunk that is loaded when it is used', () => {
      const octokit = chunks.filter(({ packages }) => packages.includes('@octokit/core'));
      expect(octokit).toHaveLength(1);
      expect(octokit[0]?.name).not.toBe('index.js');
      expect(octokit[0]?.packages).toContain('@actions/github');
    });

    // The patch of @actions/github removes 980 KB.
    test('has no second HTTP client for octokit', () => {
      const [octokit] = chunks.filter(({ packages }) => packages.includes('@octokit/core'));
      expect(octokit?.packages).not.toContain('undici');
      expect(octokit?.packages).not.toContain('@actions/http-client');
      expect(octokit?.bytes).toBeLessThan(200_000);
    });
  },
);
