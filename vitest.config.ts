import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { hasLane, laneFolder, sharedTests } from './test/windows/lane.ts';

const shared = {
  // Hides the warnings about broken source maps of libraries.
  logLevel: 'error' as const,
  // Tests read the TypeScript sources of the packages, never a stale build.
  resolve: { conditions: ['@repo/source', 'node'] },
  ssr: { resolve: { conditions: ['@repo/source', 'node'] } },
};

export default defineConfig({
  ...shared,
  test: {
    globalSetup: ['test/node-24.ts'],
    // Most tests wait for servers and processes. The default is one worker on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './test/tally.ts'],
    // Of the unit tests only: code that only the bundles run against real engines is not counted.
    coverage: {
      include: ['packages/*/src/**/*.ts', 'actions/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/main.ts', '**/cli.ts', '**/cli/*.ts', '**/template/**'],
      reporter: ['text-summary'],
      reportOnFailure: true,
      thresholds: { lines: 70, branches: 70 },
    },
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'actions/*/src/**/*.test.ts'],
          // Some start git dozens of times, which takes its time on a busy machine.
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 30_000,
          // Published with imports that Node cannot resolve by itself.
          server: { deps: { inline: [/@actions\/(workflow-parser|languageservice|expressions)/] } },
        },
      },
      { ...shared, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 30_000 } },
      {
        ...shared,
        test: { name: 'workflows', include: ['test/workflows/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        ...shared,
        test: {
          name: 'setups',
          include: ['test/setups/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'windows',
          // These run natively on Windows; elsewhere in the Windows lane.
          include: [
            'test/windows/**/*.test.ts',
            // On Windows itself, the project `e2e` runs them.
            ...(hasLane ? sharedTests : []),
          ],
          globalSetup: ['test/windows/lane.ts'],
          env: hasLane ? { WINDOWS_LANE: laneFolder, TMPDIR: join(laneFolder, 'ci/tmp') } : {},
          // Hooks run bundles, too, and Wine is slow on a busy machine.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...shared,
        test: { name: 'real', include: ['test/real/**/*.test.ts'], testTimeout: 60_000 },
      },
    ],
  },
});
