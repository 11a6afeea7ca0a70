import { findKnownKeys, oneKey } from '@repo/core/config/one-key';
import { parseConfig } from '@repo/core/config/parse-config';
import * as v from 'valibot';
import { STRATEGIES } from './registry.ts';
import type { Strategy } from './strategy.ts';
import type { StrategyModule } from './strategy-module.ts';

const KNOWN = Object.keys(STRATEGIES);

/**
 * Reads the ordered list of strategies, YAML or JSON, each by the schema of its own module, which is
 * loaded only when it is used. Throws an InputError with line and column of every mistake.
 */
export async function readStrategies(text: string): Promise<readonly Strategy[]> {
  return parseConfig(text, 'strategies', async (data) => schemaOf(await loadModules(data)));
}

async function loadModules(data: unknown): Promise<ReadonlyMap<string, StrategyModule>> {
  const items: readonly unknown[] = Array.isArray(data) ? data : [];
  const used = [...new Set(items.flatMap((item) => findKnownKeys(item, KNOWN)))];
  const loaded = used.map(async (name) => [name, await STRATEGIES[name]?.()] as const);
  const modules = new Map<string, StrategyModule>();
  for (const [name, module] of await Promise.all(loaded)) if (module) modules.set(name, module);
  return modules;
}

function schemaOf(modules: ReadonlyMap<string, StrategyModule>) {
  const strategy = oneKey(
    KNOWN,
    {
      none: 'names no strategy that is known',
      several: 'has several of them in one\nWrite an item for each.',
    },
    (name): v.GenericSchema<unknown, Strategy> | undefined => {
      const module = modules.get(name);
      return (
        module &&
        v.pipe(
          v.strictObject(
            { [name]: module.schema },
            `Write the options of ${name} below it, and nothing beside it.`,
          ),
          v.transform((given): Strategy => given[name] as Strategy),
        )
      );
    },
  );
  return v.pipe(
    v.array(strategy, 'Write a list: - files: {paths: [.env]}'),
    v.minLength(1, 'has no strategy in it\nWrite at least one.'),
    v.checkItems(
      ({ title }, index, all) => all.findIndex((one) => one.title === title) === index,
      'stands there twice\nWrite each strategy once.',
    ),
  );
}
