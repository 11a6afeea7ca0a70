import { readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { actionFolders } from '@repo/devtools/readme/generate';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { parseKeyValues, SUMMARY_LIMIT_BYTES } from '@repo/testkit/runner/file-commands';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import type { Scenario, ScenarioRun } from './faults/scenario.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const clockJump = pathToFileURL(join(root, 'test/e2e/faults/clock-jump.mjs')).href;

/**
 * Mounts a full disk of one page at `full` in the workspace, visible to this process only. Uses bash,
 * because `sh` of Debian drops variables with hyphens in their names, which inputs have.
 */
const FULL_DISK: RunActionOptions['launcher'] = [
  'unshare',
  '--mount',
  'bash',
  '-c',
  'mkdir full && mount -t tmpfs -o size=4k tmpfs full && head -c 4096 /dev/zero > full/filled || exit 99; "$@"; code=$?; ls -A full > listing; exit $code',
  'bash',
];

/** Every JavaScript action with its scenario; each action must have one. */
const javascript = await Promise.all(
  (await actionFolders(root)).map(async (name) => {
    const { runs } = await readActionManifest(join(root, 'actions', name));
    if (runs.kind !== 'node') return [];
    const { scenario } = (await import(`./faults/${name}.ts`)) as { readonly scenario: Scenario };
    return [{ name, scenario }];
  }),
);

describe.each(javascript.flat())(
  '$name on a faulty machine',
  ({ name, scenario: { passing, endless, oversized, withoutNetwork } }) => {
    const run = ({ with: inputs, cwd }: ScenarioRun, options: Partial<RunActionOptions> = {}) =>
      runAction({
        action: join(root, 'actions', name),
        with: { ...inputs, ...options.with },
        ...(cwd !== undefined && { cwd }),
        ...Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'with')),
      });

    if (typeof endless === 'function') {
      test('stops in time on cancel, with a reason and without incomplete files', async () => {
        await using setup = await endless();
        await using result = await run(setup, { cancel: { when: setup.startedLine } });
        expect(result.outcome, result.log).toBe('cancelled');
        expect(result.signal, 'the action exited before the runner killed it').toBeUndefined();
        expect(result.durationMs).toBeLessThan(7_500);
        expect(result.log).toMatch(/cancelled/);
        expect(result.log).not.toMatch(/ at .*\.js:\d+/);
        await expectNoIncompleteFiles(result);
      });

      test('leaves no incomplete files after a kill', async () => {
        await using setup = await endless();
        await using result = await run(setup, {
          cancel: { when: setup.startedLine },
          patience: { afterInterrupt: 0, afterTerminate: 0 },
        });
        expect(result.outcome, result.log).toBe('cancelled');
        await expectNoIncompleteFiles(result);
      });
    }

    test('fails and names the file if outputs cannot be written', async () => {
      await using setup = await passing();
      await using result = await run(setup, {
        // A kernel file: root can open it, but writing fails.
        onCommandFiles: async ({ output }) => replace(output, '/proc/version'),
      });
      expect(result.exitCode, result.log).toBe(1);
      expect(result.log).toMatch(/cannot write the outputs of the step \(GITHUB_OUTPUT\)/);
      expect(result.log).not.toMatch(/This is a bug/);
    });

    test('fails if the disk of the command files is full', async () => {
      await using setup = await passing();
      await using result = await run(setup, {
        onCommandFiles: async ({ output, step_summary }) => {
          await replace(output, '/dev/full');
          await replace(step_summary, '/dev/full');
        },
      });
      expect(result.exitCode, result.log).toBe(1);
      expect(result.log).toMatch(/no space left|ENOSPC|no room/i);
      expect(result.log).not.toMatch(/This is a bug/);
    });

    test.skipIf(!canMount)(
      'fails without an incomplete report if the disk is full (requires root on Linux)',
      async () => {
        await using setup = await passing();
        await using result = await run(setup, {
          with: { 'report-file': 'full/report.json' },
          launcher: FULL_DISK,
        });
        expect(result.exitCode, result.log).toBe(1);
        expect(result.log).toMatch(/cannot write .*full\/report\.json/);
        expect(result.log).not.toMatch(/This is a bug/);
        // The outputs are still set.
        expect(result.outputs.verdict).toBe('pass');
        expect(await readFile(join(result.workspace, 'listing'), 'utf8')).toBe('filled\n');
      },
    );

    test.skipIf(!canMount)(
      'reports what it cannot reach without a network (requires root on Linux)',
      async () => {
        await using setup = await passing();
        await using result = await run(setup, { launcher: ['unshare', '--net'] });
        const { exitCode, verdict, message } = withoutNetwork;
        expect(result, result.log).toMatchObject({ exitCode, outputs: { verdict } });
        expect(result.outputs.message).toMatch(message);
        expect(result.log).not.toMatch(/This is a bug/);
        await expectNoIncompleteFiles(result);
      },
    );

    test('passes if the clock is set back by a day', async () => {
      await using setup = await passing();
      await using result = await run(setup, { env: { NODE_OPTIONS: `--import=${clockJump}` } });
      expect(result.outputs.verdict, result.log).toBe('pass');
      const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
      expect(report.durationMs).toBeGreaterThanOrEqual(0);
      expect(report.durationMs).toBeLessThan(60_000);
    });

    if (typeof oversized === 'function') {
      test('truncates an oversized summary and reports the omitted part', async () => {
        await using setup = await oversized();
        await using result = await run(setup);
        expect(result.log).not.toMatch(/upload aborted|This is a bug/);
        expect(Buffer.byteLength(result.summary), result.log.slice(0, 2000)).toBeLessThan(
          SUMMARY_LIMIT_BYTES,
        );
        expect(result.summary.split('\n')[0]).toMatch(/^## /);
        expect(result.summary).toMatch(/\d+ more|left out/);
        // The outputs of a job are limited to 1 MB in total.
        expect(Buffer.byteLength(result.commandFiles.output)).toBeLessThan(500_000);
        await expectNoIncompleteFiles(result);
      });
    }
  },
);

async function replace(file: string, target: string): Promise<void> {
  await rm(file);
  await symlink(target, file);
}

/** Expects complete command files, complete or empty reports, and no temporary files. */
async function expectNoIncompleteFiles(result: RunResult): Promise<void> {
  for (const file of ['output', 'state', 'env'] as const) {
    expect(parseKeyValues(result.commandFiles[file]).problem).toBeUndefined();
  }
  for (const folder of [result.temp, result.workspace]) {
    const names = await readdir(folder);
    // A process killed while writing leaves a temporary file beside the old file.
    const temporaryFiles = names.filter((name) => name.endsWith('.tmp'));
    if (result.signal !== 'SIGKILL') expect(temporaryFiles).toEqual([]);
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const text = await readFile(join(folder, name), 'utf8');
      // An empty file reserves the name of a report.
      if (text !== '') expect(() => JSON.parse(text), name).not.toThrow();
    }
  }
}
