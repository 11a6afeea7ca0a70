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

/** A configuration of checks, read and understood. */
export interface Config {
  readonly defaults: Overrides;
  readonly checks: readonly ConfiguredCheck[];
}

/** The policy of a check, as far as it differs; the names are those of the inputs. */
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
 * Reads checks in YAML or JSON. The kinds and the expression language are loaded as the text needs
 * them. Throws an InputError with line and column of every mistake.
 *
 * @param source an input's name or a file's path, for messages
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

/** The key of a check that is a sequence of others. */
const STEPS = 'steps';
const KNOWN = [...Object.keys(KINDS), STEPS];

async function loadKinds(data: unknown): Promise<ReadonlyMap<string, Kind>> {
  const used = kindsUsed(data).filter((name) => name in KINDS);
  return new Map(
    await Promise.all(
      used.map(async (name) => [name, (await KINDS[name]?.load()) as Kind] as const),
    ),
  );
}

function configSchema(kinds: ReadonlyMap<string, Kind>, cel: Cel) {
  // Made once a kind: a thousand checks have few of them.
  const schemas = new Map<string, v.GenericSchema<unknown, ConfiguredCheck>>();
  const check = kindSchema(KNOWN, kinds, (name, kind) => {
    const schema = schemas.get(name) ?? checkSchema(name, kind, cel);
    schemas.set(name, schema);
    return schema;
  });
  const list = v.pipe(
    v.array(check, 'Write a list: - name: …'),
    v.minLength(1, 'has no check in it\nWrite at least one.'),
    v.checkItems(
      (item, index, all) => all.findIndex(({ name }) => name === item.name) === index,
      'has a name that another check has\nGive each check a name of its own.',
    ),
  );
  const whole = v.strictObject(
    { defaults: v.optional(v.strictObject(overrides, policyRemedy()), {}), checks: list },
    'A configuration has the keys defaults and checks.',
  );
  // The input `checks` may be the bare list.
  return v.lazy(
    (data): v.GenericSchema<unknown, Config> =>
      Array.isArray(data)
        ? v.pipe(
            list,
            v.transform((checks) => ({ defaults: {}, checks })),
          )
        : whole,
  );
}

function checkSchema(name: string, kind: Kind, cel: Cel) {
  const variables = [...COMMON_VARIABLES, ...kind.variables];
  const expressions = (compile: typeof cel.celExpectation) => {
    // Expressions are stateless, and a thousand checks have few of them as well.
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
      `A check of the kind ${name} knows name, ${name}, expect, degraded, fail-when, invert, needs and the keys of the policy: ${Object.keys(overrides).join(', ')}.`,
    ),
    v.transform((given): ConfiguredCheck => {
      const { name: own, expect, degraded, 'fail-when': failWhen, invert, needs, ...rest } = given;
      // The type system cannot follow a key that is only known at run time.
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
  v.string('Give it a name; a number in quotes.'),
  v.nonEmpty('is empty\nGive it a name.'),
  v.check((name) => !/[\r\n]/.test(name), 'has a line break in it\nWrite it on one line.'),
);

/** The kinds of all checks and of their steps. */
function kindsUsed(data: unknown): readonly string[] {
  const checks = Array.isArray(data) ? data : (data as { checks?: unknown } | null)?.checks;
  if (!Array.isArray(checks)) return [];
  const steps = checks.flatMap((check) => (check as { steps?: unknown } | null)?.steps ?? []);
  return [...new Set([...checks, ...steps].flatMap((one) => findKnownKeys(one, KNOWN)))];
}

function policyRemedy(): string {
  return `The policy knows ${Object.keys(overrides).join(', ')}.`;
}
