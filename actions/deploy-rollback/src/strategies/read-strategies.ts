import { findKnownKeys, oneKey } from '@repo/core/config/one-key';
import { parseConfig } from '@repo/core/config/parse-config';
import * as v from 'valibot';
import { STRATEGIES } from './registry.ts';
import type { Strategy } from './strategy.ts';
import type { StrategyModule } from './strategy-module.ts';

const KNOWN = Object.keys(STRATEGIES);

/**
 * Reads the list of strategies, YAML or JSON. Only the modules of these strategies are loaded.
 *
 * @throws InputError with the line and column of each problem
 */
export async function readStrategies(text: string): Promise<readonly Strategy[]> {
  return parseConfig(text, 'strategies', async (data) => createSchema(await loadModules(data)));
}

async function loadModules(data: unknown): Promise<ReadonlyMap<string, StrategyModule>> {
  const items: readonly unknown[] = Array.isArray(data) ? data : [];
  const used = [...new Set(items.flatMap((item) => findKnownKeys(item, KNOWN)))];
  const loaded = used.map(async (name) => [name, await STRATEGIES[name]?.()] as const);
  const modules = new Map<string, StrategyModule>();
  for (const [name, module] of await Promise.all(loaded)) if (module) modules.set(name, module);
  return modules;
}

function createSchema(modules: ReadonlyMap<string, StrategyModule>) {
  const strategy = oneKey(
    KNOWN,
    {
      none: 'does not name a known strategy',
      several: 'names several strategies\nWrite one item for each strategy.',
    },
    (name): v.GenericSchema<unknown, Strategy> | undefined => {
      const module = modules.get(name);
      return (
        module &&
        v.pipe(
          v.strictObject({ [name]: module.schema }, `An item supports only ${name}.`),
          v.transform((item): Strategy => item[name] as Strategy),
        )
      );
    },
  );
  return v.pipe(
    v.array(strategy, 'Write a list: - files: {paths: [.env]}'),
    v.minLength(1, 'is empty\nWrite at least one strategy.'),
    v.checkItems(
      ({ title }, index, all) => all.findIndex((one) => one.title === title) === index,
      'is a duplicate\nList each strategy once.',
    ),
  );
}
