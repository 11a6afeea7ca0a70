import { bundlePlatform } from '@repo/testkit/runner/windows-lane';
import type { SetupName } from '@repo/testkit/setups/names';
import { test } from 'vitest';

interface CellOptions {
  /** Whether this machine has what the setup needs (root, a tool). Default: true. */
  readonly possible?: boolean;
  /** Default: 60,000; 120,000 on Windows, because Wine is slow on a busy machine. */
  readonly timeoutMs?: number;
}

/**
 * A cell of the table in `docs/setups.md`: what a user of this action sees in a setup. The title says
 * it. The table counts these calls, so the setup must be a literal.
 */
export function cell(
  setup: SetupName,
  title: string,
  run: () => Promise<void>,
  { possible = true, timeoutMs = setup === 'windows' ? 120_000 : 60_000 }: CellOptions = {},
): void {
  const name = setup === 'windows' ? `${title} (needs Windows: .ci/windows)` : title;
  const skip = !possible || (setup === 'windows' && bundlePlatform() !== 'win32');
  test(`${setup}: ${name}`, { skip, timeout: timeoutMs }, run);
}

/** A cell that a known defect breaks. It fails as soon as the defect is fixed: use `cell` then. */
export function knownDefect(
  setup: SetupName,
  title: string,
  defect: string,
  run: () => Promise<void>,
  { possible = true, timeoutMs = 60_000 }: CellOptions = {},
): void {
  const name = `${setup}: ${title} (known defect: ${defect})`;
  test(name, { skip: !possible, timeout: timeoutMs, fails: true }, run);
}

/** Whether namespaces and mounts work here. */
export const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0;
