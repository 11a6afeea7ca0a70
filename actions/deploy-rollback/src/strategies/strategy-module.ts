import * as v from 'valibot';
import type { Strategy } from './strategy.ts';

/** A type of strategy. */
export interface StrategyModule {
  /** The key in `strategies`. */
  readonly name: string;
  /** Parses the options of the configuration into a strategy. */
  readonly schema: v.GenericSchema<unknown, Strategy>;
}

/** Declares a strategy, such as `files` for `- files: {paths: [.env]}`. */
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
