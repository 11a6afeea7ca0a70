import { statfs } from 'node:fs/promises';
import { celExpectation } from '@repo/checks/expectations/cel';
import type { Facts } from '@repo/checks/facts';
import type { Kind, Target } from '@repo/checks/kinds/kind';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { formatSize } from '@repo/core/inputs/size';
import * as v from 'valibot';
import { probeLocally, resolvePath } from './local-probe.ts';

const VARIABLES = ['usedPercent', 'free', 'total', 'inodesUsedPercent'];

/** The free space of the file system of a path; by default less than 90% may be used. */
export const disk: Kind = {
  schema: targetSchema(
    { path: v.optional(nonEmptyText, '.') },
    'A disk check supports path.',
    target,
  ),
  variables: VARIABLES,
};

function target({ path }: { readonly path: string }): Target {
  const description = `disk of ${path}`;
  return {
    description,
    secrets: [],
    defaultExpectations: [celExpectation('usedPercent < 90.0', VARIABLES)],
    attempt: (context) =>
      probeLocally(description, context, async () => {
        const facts = computeSpace(
          await statfs(resolvePath(context.machine.workspace, path), { bigint: true }),
        );
        const { free, total } = facts;
        return {
          facts,
          evidence: () => [
            {
              title: 'space',
              lines: [`${formatSize(Number(free))} free of ${formatSize(Number(total))}`],
            },
          ],
        };
      }),
  };
}

/** Blocks and inodes, as statvfs(3) counts them. */
interface Counts {
  readonly bsize: bigint;
  readonly blocks: bigint;
  readonly bfree: bigint;
  readonly bavail: bigint;
  readonly files: bigint;
  readonly ffree: bigint;
}

/**
 * Sizes in bytes. Like `df`, the percentage ignores blocks reserved for root: used / (used + free).
 * Some file systems (btrfs, NTFS) have no fixed number of inodes.
 */
export function computeSpace({ bsize, blocks, bfree, bavail, files, ffree }: Counts): Facts {
  const used = blocks - bfree;
  return {
    usedPercent: percent(used, used + bavail),
    free: bavail * bsize,
    total: blocks * bsize,
    inodesUsedPercent: percent(files - ffree, files),
  };
}

/** With two decimals; `undefined` if the total is 0. */
function percent(part: bigint, whole: bigint): number | undefined {
  return whole <= 0n ? undefined : Math.round((Number(part) / Number(whole)) * 10_000) / 100;
}
