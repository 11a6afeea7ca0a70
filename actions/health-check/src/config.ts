import { field } from '@repo/core/config/field';
import { parseConfig } from '@repo/core/config/parse-config';
import { duration } from '@repo/core/inputs/duration';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import { percentage } from '@repo/core/inputs/percentage';
import * as v from 'valibot';
import type { Expectation } from './expectations/expectation.ts';
import { COMMON_VARIABLES, type Kind, type Target } from './kinds/kind.ts';
import { KINDS } from './kinds/registry.ts';

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
    const used = kindsUsed(data);
    const kinds = new Map(
      await Promise.all(
        used.map(async (name) => [name, (await KINDS[name]?.load()) as Kind] as const),
      ),
    );
    return configSchema(kinds, await import('./expectations/cel.ts'));
  });
}

type Cel = typeof import('./expectations/cel.ts');

function configSchema(kinds: ReadonlyMap<string, Kind>, cel: Cel) {
  const check = v.lazy((data): v.GenericSchema<unknown, ConfiguredCheck> => {
    const [name, ...others] = kindsOf(data);
    const kind = name === undefined ? undefined : kinds.get(name);
    return name !== undefined && kind !== undefined && others.length === 0
      ? checkSchema(name, kind, cel)
      : refuse(others.length > 0);
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
    const one = field({ parse: (source) => compile(source, variables) });
    const only = v.pipe(
      one,
      v.transform((expectation) => [expectation]),
    );
    return v.optional(
      v.lazy((data) => (Array.isArray(data) ? v.array(one) : only)),
      [],
    );
  };
  return v.pipe(
    v.strictObject(
      {
        name: v.pipe(v.string('Give it a name.'), v.nonEmpty('is empty\nGive it a name.')),
        [name]: kind.schema,
        expect: expressions(cel.celExpectation),
        degraded: expressions(cel.celRefusal),
        'fail-when': expressions(cel.celExpectation),
        ...overrides,
      },
      `A ${name} check knows name, ${name}, expect, degraded, fail-when and the keys of the policy: ${Object.keys(overrides).join(', ')}.`,
    ),
    v.transform((given): ConfiguredCheck => {
      const { name: own, expect, degraded, 'fail-when': failWhen, ...overrides } = given;
      // The type system cannot follow a key that is only known at run time.
      const target = (given as Readonly<Record<string, unknown>>)[name] as Target;
      return { name: own, kind: name, target, expect, degraded, failWhen, overrides };
    }),
  );
}

function refuse(several: boolean): v.GenericSchema<unknown, never> {
  const names = Object.keys(KINDS).join(', ');
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ addIssue, NEVER }) => {
      addIssue({
        message: several
          ? 'has several kinds of check\nMake it one check for each.'
          : `has no kind of check that is known\nWrite one of ${names}, with its options.`,
      });
      return NEVER;
    }),
  );
}

function kindsUsed(data: unknown): readonly string[] {
  const checks = Array.isArray(data) ? data : (data as { checks?: unknown } | null)?.checks;
  return [...new Set(Array.isArray(checks) ? checks.flatMap(kindsOf) : [])];
}

function kindsOf(check: unknown): readonly string[] {
  if (typeof check !== 'object' || check === null) return [];
  return Object.keys(KINDS).filter((name) => Object.hasOwn(check, name));
}

function policyRemedy(): string {
  return `The policy knows ${Object.keys(overrides).join(', ')}.`;
}
