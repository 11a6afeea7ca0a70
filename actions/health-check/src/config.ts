import type { Expectation } from '@repo/checks/expectations/expectation';
import { COMMON_VARIABLES, type Kind, type Target } from '@repo/checks/kinds/kind';
import { field } from '@repo/core/config/field';
import { findKnownKeys } from '@repo/core/config/one-key';
import { parseConfig } from '@repo/core/config/parse-config';
import { boolean } from '@repo/core/inputs/boolean';
import { duration } from '@repo/core/inputs/duration';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import { percentage } from '@repo/core/inputs/percentage';
import * as v from 'valibot';
import { kindSchema } from './kinds/kind-schema.ts';
import { KINDS } from './kinds/registry.ts';
import { listOf } from './list-of.ts';

/** A parsed configuration. */
export interface Config {
  readonly defaults: Overrides;
  readonly checks: readonly ConfiguredCheck[];
}

/** The policy keys of a check, with the names of the inputs. */
export type Overrides = v.InferOutput<v.ObjectSchema<typeof overrides, undefined>>;

export interface ConfiguredCheck {
  readonly name: string;
  readonly kind: string;
  readonly target: Target;
  readonly expect: readonly Expectation[];
  readonly degraded: readonly Expectation[];
  readonly failWhen: readonly Expectation[];
  readonly invert: boolean;
  readonly needs: readonly string[];
  readonly overrides: Overrides;
}

const overrides = {
  timeout: v.optional(field(duration({ min: 1 }))),
  deadline: v.optional(field(duration({ min: 1 }))),
  interval: v.optional(field(duration())),
  backoff: v.optional(field(oneOf(['constant', 'exponential']))),
  'max-interval': v.optional(field(duration({ min: 1 }))),
  jitter: v.optional(field(percentage())),
  'initial-delay': v.optional(field(duration())),
  'max-attempts': v.optional(field(integer({ min: 0, max: 1_000_000 }))),
  'success-threshold': v.optional(field(integer({ min: 1, max: 10_000 }))),
  'failure-threshold': v.optional(field(integer({ min: 1, max: 10_000 }))),
  'stable-for': v.optional(field(duration())),
  'error-budget': v.optional(field(percentage())),
  addresses: v.optional(field(oneOf(['any', 'all']))),
};

/**
 * Parses checks in YAML or JSON, and loads only the kinds that they use. Throws an InputError with
 * the line and column of every mistake.
 *
 * @param source the name of an input or the path of a file, for messages
 */
export async function readConfig(text: string, source: string): Promise<Config> {
  return parseConfig(text, source, async (data) => {
    const [cel, kinds] = await Promise.all([
      import('@repo/checks/expectations/cel'),
      loadKinds(data),
    ]);
    return configSchema(
      new Map([...kinds, [STEPS, (await import('./steps/steps.ts')).stepsKind(kinds, cel)]]),
      cel,
    );
  });
}

type Cel = typeof import('@repo/checks/expectations/cel');

/** The key of a check with several steps. */
const STEPS = 'steps';
const KIND_NAMES = [...Object.keys(KINDS), STEPS];

async function loadKinds(data: unknown): Promise<ReadonlyMap<string, Kind>> {
  const used = listUsedKinds(data).filter((name) => name in KINDS);
  return new Map(
    await Promise.all(
      used.map(async (name) => [name, (await KINDS[name]?.load()) as Kind] as const),
    ),
  );
}

function configSchema(kinds: ReadonlyMap<string, Kind>, cel: Cel) {
  // One schema per kind: a large configuration has many checks of few kinds.
  const schemas = new Map<string, v.GenericSchema<unknown, ConfiguredCheck>>();
  const check = kindSchema(KIND_NAMES, kinds, (name, kind) => {
    const schema = schemas.get(name) ?? checkSchema(name, kind, cel);
    schemas.set(name, schema);
    return schema;
  });
  const list = v.pipe(
    v.array(check, 'Write a list: - name: …'),
    v.minLength(1, 'has no checks\nWrite at least one.'),
    v.checkItems(
      (item, index, all) => all.findIndex(({ name }) => name === item.name) === index,
      'has the name of another check\nGive each check a unique name.',
    ),
  );
  const config = v.strictObject(
    { defaults: v.optional(v.strictObject(overrides, policyRemedy()), {}), checks: list },
    'A configuration supports defaults and checks.',
  );
  // A configuration can be just the list of checks.
  return v.lazy(
    (data): v.GenericSchema<unknown, Config> =>
      Array.isArray(data)
        ? v.pipe(
            list,
            v.transform((checks) => ({ defaults: {}, checks })),
          )
        : config,
  );
}

function checkSchema(name: string, kind: Kind, cel: Cel) {
  const variables = [...COMMON_VARIABLES, ...kind.variables];
  const expressions = (compile: typeof cel.celExpectation) => {
    // Equal expressions are compiled once.
    const compiled = new Map<string, Expectation>();
    const parse = (source: string) => {
      const expectation = compiled.get(source) ?? compile(source, variables);
      compiled.set(source, expectation);
      return expectation;
    };
    return listOf(field({ parse }));
  };
  return v.pipe(
    v.strictObject(
      {
        name: nameSchema,
        [name]: kind.schema,
        expect: expressions(cel.celExpectation),
        degraded: expressions(cel.celNegatedExpectation),
        'fail-when': expressions(cel.celExpectation),
        invert: v.optional(field(boolean()), false),
        needs: listOf(nameSchema),
        ...overrides,
      },
      `A check of the kind ${name} supports name, ${name}, expect, degraded, fail-when, invert, needs and the policy keys ${Object.keys(overrides).join(', ')}.`,
    ),
    v.transform((given): ConfiguredCheck => {
      const { name: own, expect, degraded, 'fail-when': failWhen, invert, needs, ...rest } = given;
      // TypeScript cannot infer the type of a computed key.
      const target = (given as Readonly<Record<string, unknown>>)[name] as Target;
      return {
        name: own,
        kind: name,
        target,
        expect,
        degraded,
        failWhen,
        invert,
        needs,
        overrides: rest,
      };
    }),
  );
}

const nameSchema = v.pipe(
  v.string('Write a text; quote numbers.'),
  v.nonEmpty('is empty\nWrite a name.'),
  v.check((name) => !/[\r\n]/.test(name), 'contains a line break\nWrite the name on one line.'),
);

/** The kinds of all checks and their steps. */
function listUsedKinds(data: unknown): readonly string[] {
  const checks = Array.isArray(data) ? data : (data as { checks?: unknown } | null)?.checks;
  if (!Array.isArray(checks)) return [];
  const steps = checks.flatMap((check) => (check as { steps?: unknown } | null)?.steps ?? []);
  return [...new Set([...checks, ...steps].flatMap((one) => findKnownKeys(one, KIND_NAMES)))];
}

function policyRemedy(): string {
  return `The policy supports ${Object.keys(overrides).join(', ')}.`;
}
