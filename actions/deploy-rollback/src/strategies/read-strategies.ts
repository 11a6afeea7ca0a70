import { parseConfig } from '@repo/core/config/parse-config';
import * as v from 'valibot';
import { STRATEGIES } from './registry.ts';
import type { Strategy } from './strategy.ts';
import type { StrategyModule } from './strategy-module.ts';

const KNOWN = Object.keys(STRATEGIES);
const REMEDY = `Write one of ${KNOWN.join(', ')}, with its options.`;

/**
 * Reads the ordered list of strategies, YAML or JSON, each by the schema of its own module, which is
 * loaded only when it is used. Throws an InputError with line and column of every mistake.
 */
export async function readStrategies(text: string): Promise<readonly Strategy[]> {
  return parseConfig(text, 'strategies', async (data) => schemaOf(await loadModules(data)));
}

async function loadModules(data: unknown): Promise<ReadonlyMap<string, StrategyModule>> {
  const items: readonly unknown[] = Array.isArray(data) ? data : [];
  const used = [...new Set(items.flatMap(keysOf))];
  const loaded = used.map(async (name) => [name, await STRATEGIES[name]?.()] as const);
  const modules = new Map<string, StrategyModule>();
  for (const [name, module] of await Promise.all(loaded)) if (module) modules.set(name, module);
  return modules;
}

function schemaOf(modules: ReadonlyMap<string, StrategyModule>) {
  return v.pipe(
    v.array(
      v.lazy((data) => strategySchema(data, modules)),
      'Write a list: - files: {paths: [.env]}',
    ),
    v.minLength(1, 'has no strategy in it\nWrite at least one.'),
    v.checkItems(
      ({ title }, index, all) => all.findIndex((one) => one.title === title) === index,
      'stands there twice\nWrite each strategy once.',
    ),
  );
}

function strategySchema(
  data: unknown,
  modules: ReadonlyMap<string, StrategyModule>,
): v.GenericSchema<unknown, Strategy> {
  const [name, ...others] = keysOf(data);
  const module = name === undefined ? undefined : modules.get(name);
  if (name === undefined || module === undefined)
    return refuse(`is no strategy that is known\n${REMEDY}`);
  if (others.length > 0) return refuse('has several strategies in one\nWrite an item for each.');
  return v.pipe(
    v.strictObject(
      { [name]: module.schema },
      `Write the options of ${name} below it, and nothing beside it.`,
    ),
    v.transform((given): Strategy => given[name] as Strategy),
  );
}

/** The keys of an item that are names of strategies. */
function keysOf(item: unknown): readonly string[] {
  if (typeof item !== 'object' || item === null) return [];
  return KNOWN.filter((name) => Object.hasOwn(item, name));
}

function refuse(message: string): v.GenericSchema<unknown, never> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ addIssue, NEVER }) => {
      addIssue({ message });
      return NEVER;
    }),
  );
}
