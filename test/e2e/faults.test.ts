import { readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { actionFolders } from '@repo/devtools/readme/generate';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { parseKeyValues, SUMMARY_LIMIT_BYTES } from '@repo/testkit/runner/file-commands';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import type { Scenario, Use } from './faults/scenario.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
const clockJump = pathToFileURL(join(root, 'test/e2e/faults/clock-jump.mjs')).href;

/**
 * Mounts a disk of one page, already full, at `full` in the workspace, for this process alone. (The
 * plain `sh` of Debian would drop inputs, whose names have hyphens.)
 */
const FULL_DISK: RunActionOptions['launcher'] = [
  'unshare',
  '--mount',
  'bash',
  '-c',
  'mkdir full && mount -t tmpfs -o size=4k tmpfs full && head -c 4096 /dev/zero > full/filled || exit 99; "$@"; code=$?; ls -A full > listing; exit $code',
  'bash',
];

/** Every JavaScript action, with the scenario in the file of its name; none may be without. */
const javascript = await Promise.all(
  (await actionFolders(root)).map(async (name) => {
    const { runs } = await readActionManifest(join(root, 'actions', name));
    if (runs.kind !== 'node') return [];
    const { scenario } = (await import(`./faults/${name}.ts`)) as { readonly scenario: Scenario };
    return [{ name, scenario }];
  }),
);

describe.each(javascript.flat())(
  '$name when something is wrong with the machine',
  ({ name, scenario: { calm, slow, loud, withoutNetwork } }) => {
    const run = ({ with: inputs, cwd }: Use, options: Partial<RunActionOptions> = {}) =>
      runAction({
        action: join(root, 'actions', name),
        with: { ...inputs, ...options.with },
        ...(cwd !== undefined && { cwd }),
        ...Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'with')),
      });

    if (typeof slow === 'function') {
      test('a cancel ends it in time, with a reason, and with nothing half-written', async () => {
        await using use = await slow();
        await using result = await run(use, { cancel: { when: use.isAtWork } });
        expect(result.outcome, result.log).toBe('cancelled');
        expect(result.signal, 'it ended by itself, before the runner killed').toBeUndefined();
        expect(result.durationMs).toBeLessThan(7_500);
        expect(result.log).toMatch(/cancelled/);
        expect(result.log).not.toMatch(/ at .*\.js:\d+/);
        await expectNothingHalfWritten(result);
      });

      test('a kill leaves nothing half-written', async () => {
        await using use = await slow();
        await using result = await run(use, {
          cancel: { when: use.isAtWork },
          patience: { afterInterrupt: 0, afterTerminate: 0 },
        });
        expect(result.outcome, result.log).toBe('cancelled');
        await expectNothingHalfWritten(result);
      });
    }

    test('outputs that cannot be written fail the step and say which file', async () => {
      await using use = await calm();
      await using result = await run(use, {
        // A file of the kernel: root may open it, nobody can write it.
        onCommandFiles: async ({ output }) => replace(output, '/proc/version'),
      });
      expect(result.exitCode, result.log).toBe(1);
      expect(result.log).toMatch(/cannot write the outputs of the step \(GITHUB_OUTPUT\)/);
      expect(result.log).not.toMatch(/This is a bug/);
    });

    test('a full disk below the command files fails the step and says so', async () => {
      await using use = await calm();
      await using result = await run(use, {
        onCommandFiles: async ({ output, step_summary }) => {
          await replace(output, '/dev/full');
          await replace(step_summary, '/dev/full');
        },
      });
      expect(result.exitCode, result.log).toBe(1);
      expect(result.log).toMatch(/no space left|ENOSPC|no room/i);
      expect(result.log).not.toMatch(/This is a bug/);
    });

    test.skipIf(!mayMount)(
      'a full disk below the report fails the step, and leaves no half of it (needs root: sudo, on Linux)',
      async () => {
        await using use = await calm();
        await using result = await run(use, {
          with: { 'report-file': 'full/report.json' },
          launcher: FULL_DISK,
        });
        expect(result.exitCode, result.log).toBe(1);
        expect(result.log).toMatch(/cannot write .*full\/report\.json/);
        expect(result.log).not.toMatch(/This is a bug/);
        // What was found is told all the same.
        expect(result.outputs.verdict).toBe('pass');
        expect(await readFile(join(result.workspace, 'listing'), 'utf8')).toBe('filled\n');
      },
    );

    test.skipIf(!mayMount)(
      'without any network it says what it could not reach (needs root: sudo, on Linux)',
      async () => {
        await using use = await calm();
        await using result = await run(use, { launcher: ['unshare', '--net'] });
        const { exitCode, verdict, message } = withoutNetwork;
        expect(result, result.log).toMatchObject({ exitCode, outputs: { verdict } });
        expect(result.outputs.message).toMatch(message);
        expect(result.log).not.toMatch(/This is a bug/);
        await expectNothingHalfWritten(result);
      },
    );

    test('a clock that is set back by a day changes nothing', async () => {
      await using use = await calm();
      await using result = await run(use, { env: { NODE_OPTIONS: `--import=${clockJump}` } });
      expect(result.outputs.verdict, result.log).toBe('pass');
      const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
      expect(report.durationMs).toBeGreaterThanOrEqual(0);
      expect(report.durationMs).toBeLessThan(60_000);
    });

    if (typeof loud === 'function') {
      test('more than a summary may hold is cut, and what was left out is said', async () => {
        await using use = await loud();
        await using result = await run(use);
        expect(result.log).not.toMatch(/upload aborted|This is a bug/);
        expect(Buffer.byteLength(result.summary), result.log.slice(0, 2000)).toBeLessThan(
          SUMMARY_LIMIT_BYTES,
        );
        expect(result.summary.split('\n')[0]).toMatch(/^## /);
        expect(result.summary).toMatch(/\d+ more|left out/);
        // All outputs of a job together may have 1 MB.
        expect(Buffer.byteLength(result.commandFiles.output)).toBeLessThan(500_000);
        await expectNothingHalfWritten(result);
      });
    }
  },
);

async function replace(file: string, target: string): Promise<void> {
  await rm(file);
  await symlink(target, file);
}

/** Outputs end where they should, reports are whole or empty, and no draft of a file is left. */
async function expectNothingHalfWritten(result: RunResult): Promise<void> {
  for (const file of ['output', 'state', 'env'] as const) {
    expect(parseKeyValues(result.commandFiles[file]).problem).toBeUndefined();
  }
  for (const folder of [result.temp, result.workspace]) {
    const names = await readdir(folder);
    // Who is killed while writing leaves the draft, beside a file that is still the old one.
    const drafts = names.filter((name) => name.endsWith('.tmp'));
    if (result.signal !== 'SIGKILL') expect(drafts).toEqual([]);
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const text = await readFile(join(folder, name), 'utf8');
      // A name is claimed by an empty file before there is a report.
      if (text !== '') expect(() => JSON.parse(text), name).not.toThrow();
    }
  }
}
