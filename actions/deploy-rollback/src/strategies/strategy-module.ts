import * as v from 'valibot';
import type { Strategy } from './strategy.ts';

/** A kind of strategy: how its options are written, and what comes of them. */
export interface StrategyModule {
  /** The key that it has in `strategies`. */
  readonly name: string;
  /** The options as a configuration has them, understood as a strategy. */
  readonly schema: v.GenericSchema<unknown, Strategy>;
}

/** Declares a strategy: `files` of `- files: {paths: [.env]}`. */
export function strategyModule<Options>({
  name,
  options,
  create,
}: {
  readonly name: string;
  readonly options: v.GenericSchema<unknown, Options>;
  readonly create: (options: Options) => Strategy;
}): StrategyModule {
  return { name, schema: v.pipe(options, v.transform(create)) };
}
