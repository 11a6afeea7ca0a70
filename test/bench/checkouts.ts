import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '@repo/statistics/median';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folders of the checkouts to measure: this one and, if given, the one to compare it with. */
export type Checkouts = readonly [own: string, ...against: string[]];

/** @param against the folder of another checkout, which is built */
export function listCheckouts(against: string | undefined): Checkouts {
  if (against === undefined) return [root];
  if (existsSync(join(against, 'actions/health-check/dist/index.js'))) return [root, against];
  throw new Error(`--against: ${against} is not a checkout with bundles. Run pnpm build in it.`);
}

/** The checkouts with their positions, in the order of a round: neither is always the first. */
export function takeTurns(
  checkouts: Checkouts,
  round: number,
): readonly (readonly [number, string])[] {
  const sides = [...checkouts.entries()];
  return round % 2 === 0 ? sides : sides.toReversed();
}

/** Returns the columns of measurements in turns: the value of the other checkout, and the ratio. */
export function compare(
  own: readonly number[],
  against: readonly number[],
  format: (value: number) => string,
): readonly [against: string, ratio: string] {
  // The ratio of each round, because the load of the machine changes from round to round.
  const ratios = own.map((value, round) => value / (against[round] ?? Number.NaN));
  return [format(median(against)), median(ratios).toFixed(3)];
}
