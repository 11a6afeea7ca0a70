import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionInput } from '@repo/testkit/runner/action-manifest';

/** The cost of a process. */
export interface ProcessCost {
  /** User and system time per process. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Output of all processes. */
  readonly stdout: string;
}

/**
 * Runs a command `times` times in sequence, and returns the cost of one run. The shell measures the CPU
 * time of its children, so it includes the start of the process.
 */
export function measureCost(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  times = 1,
): ProcessCost {
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

/** The environment that the runner sets for a step: inputs with defaults, and command files. */
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
