import type { Capture } from '@repo/checks/expectations/cel';
import type { Expectation } from '@repo/checks/expectations/expectation';
import { COMMON_VARIABLES, type Kind, type Target } from '@repo/checks/kinds/kind';
import { field } from '@repo/core/config/field';
import * as v from 'valibot';
import { kindSchema } from '../kinds/kind-schema.ts';
import { KINDS } from '../kinds/registry.ts';
import { listOf } from '../list-of.ts';
import { runSteps, type Step } from './run-steps.ts';
import { listPlaceholders } from './template.ts';

type Cel = typeof import('@repo/checks/expectations/cel');

/** Kinds that access this machine: untrusted values must not select commands and files. */
const LOCAL_KINDS = new Set(['exec', 'file', 'log', 'sqlite', 'disk', 'docker']);

/**
 * A sequence of steps as one check. Later steps use captured values as `${name}`. Captured values
 * are untrusted: they replace placeholders in values, never kinds or keys, and the resulting options
 * are validated like options of the user.
 */
export function stepsKind(kinds: ReadonlyMap<string, Kind>, cel: Cel): Kind {
  const step = kindSchema(Object.keys(KINDS), kinds, (name, kind, data) =>
    stepSchema(name, kind, listPlaceholders(Reflect.get(data, name)).length > 0, cel),
  );
  return {
    schema: v.pipe(
      v.array(step, 'Write a list of steps, each with its kind.'),
      v.minLength(1, 'has no steps\nWrite at least one.'),
      v.rawTransform(({ dataset, addIssue, NEVER }): Target => {
        const problem = findUndefinedPlaceholder(dataset.value);
        if (problem === undefined) return target(dataset.value);
        addIssue({ message: problem });
        return NEVER;
      }),
    ),
    variables: [],
  };
}

function stepSchema(
  name: string,
  kind: Kind,
  hasPlaceholders: boolean,
  cel: Cel,
): v.GenericSchema<unknown, Step> {
  const variables = [...COMMON_VARIABLES, ...kind.variables];
  const expectation = field({ parse: (source) => cel.celExpectation(source, variables) });
  const capture = field({ parse: (source) => cel.celCapture(source, variables) });
  // Options with placeholders are validated later, when the values are known.
  const options = hasPlaceholders ? deferred(LOCAL_KINDS.has(name)) : validated(kind.schema);
  return v.pipe(
    v.strictObject(
      {
        [name]: options,
        expect: listOf(expectation),
        capture: v.optional(v.record(v.string(), capture), {}),
      },
      `A step supports ${name}, expect and capture.`,
    ),
    v.transform((given): Step => {
      // TypeScript cannot infer the type of a computed key.
      const { [name]: parsed, expect, capture } = given as Readonly<Record<string, unknown>>;
      return {
        ...(parsed as ParsedOptions),
        kind,
        expect: expect as readonly Expectation[],
        capture: new Map(Object.entries(capture as Readonly<Record<string, Capture>>)),
      };
    }),
  );
}

type ParsedOptions = Pick<Step, 'options' | 'target'>;

function deferred(isLocal: boolean): v.GenericSchema<unknown, ParsedOptions> {
  return v.pipe(
    v.unknown(),
    v.check(
      () => !isLocal,
      'uses a captured value\nCaptured values are untrusted and must not select commands or files.',
    ),
    v.transform((options) => ({ options, target: undefined })),
  );
}

function validated(schema: Kind['schema']): v.GenericSchema<unknown, ParsedOptions> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }): ParsedOptions => {
      const result = v.safeParse(schema, dataset.value);
      if (result.success) return { options: dataset.value, target: result.output };
      for (const { message, path } of result.issues) {
        addIssue({ message, ...(path && { path: path as [v.IssuePathItem] }) });
      }
      return NEVER;
    }),
  );
}

function findUndefinedPlaceholder(steps: readonly Step[]): string | undefined {
  const captured = new Set<string>();
  for (const { options, capture } of steps) {
    const placeholder = listPlaceholders(options).find((name) => !captured.has(name));
    if (placeholder !== undefined) {
      return `uses \${${placeholder}}, which no earlier step captures\nCapture it in an earlier step.`;
    }
    for (const name of capture.keys()) captured.add(name);
  }
  return undefined;
}

function target(steps: readonly Step[]): Target {
  const descriptions = steps.map(({ target: one }) => one?.description ?? 'captured values');
  return {
    description: descriptions.join(' → '),
    secrets: steps.flatMap(({ target: one }) => one?.secrets ?? []),
    defaultExpectations: [],
    attempt: (context) => runSteps(steps, context),
  };
}
