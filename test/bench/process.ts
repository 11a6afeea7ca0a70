import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionInput } from '@repo/testkit/runner/action-manifest';

/** What processes cost. */
export interface Spent {
  /** User and system time of each. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Of all of them. */
  readonly stdout: string;
}

/**
 * Runs a command `times` times, one after the other, and tells what one of them cost. The CPU time
 * is what the shell counts for its children, so it has the start of the process in it.
 */
export function spend(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  times = 1,
): Spent {
  const script = `i=0; while [ $i -lt ${times} ]; do "$@" 2>/dev/null; i=$((i+1)); done; echo; times`;
  const start = performance.now();
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    env: { ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const wallMs = performance.now() - start;
  const [user = Number.NaN, system = Number.NaN] =
    stdout.trimEnd().split('\n').at(-1)?.split(' ').map(seconds) ?? [];
  return { cpuMs: ((user + system) * 1_000) / times, wallMs: wallMs / times, stdout };
}

/** `0m1.234s` → 1.234 */
function seconds(text: string): number {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

/** What the runner would set for a step: the inputs with their defaults, and the command files. */
export function actionEnvironment(
  folder: string,
  inputs: readonly ActionInput[],
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const file = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, '');
    return path;
  };
  return {
    PATH: process.env.PATH ?? '',
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: folder,
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('summary'),
    ...Object.fromEntries(
      inputs.map(({ name, default: preset = '' }) => [
        `INPUT_${name.toUpperCase()}`,
        given[name] ?? (preset.includes('${{') ? '' : preset),
      ]),
    ),
  };
}
