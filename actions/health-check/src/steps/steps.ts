import type { Capture } from '@repo/checks/expectations/cel';
import type { Expectation } from '@repo/checks/expectations/expectation';
import { COMMON_VARIABLES, type Kind, type Target } from '@repo/checks/kinds/kind';
import { field } from '@repo/core/config/field';
import * as v from 'valibot';
import { kindSchema } from '../kinds/kind-schema.ts';
import { KINDS } from '../kinds/registry.ts';
import { listOf } from '../list-of.ts';
import { follow } from './follow.ts';
import { placesIn } from './template.ts';

type Cel = typeof import('@repo/checks/expectations/cel');

/** One step of a sequence. */
export interface Step {
  readonly kind: Kind;
  /** As written, with the places that earlier steps fill. */
  readonly options: unknown;
  /** The target, where the options have no such places. */
  readonly target: Target | undefined;
  /** Empty: what the target implies. */
  readonly expect: readonly Expectation[];
  readonly capture: ReadonlyMap<string, Capture>;
}

/** Kinds that look at this machine: a stranger must not choose commands and files. */
const CLOSED = new Set(['exec', 'file', 'log', 'sqlite', 'disk', 'docker']);

/**
 * A sequence of checks that is one check: what a step captured, later ones may use as `${name}`.
 * A captured value is a stranger's text: it fills places within values, never kinds or keys, and
 * what comes out is read by the same rules as what the user wrote.
 */
export function stepsKind(kinds: ReadonlyMap<string, Kind>, cel: Cel): Kind {
  const step = kindSchema(Object.keys(KINDS), kinds, (name, kind, data) =>
    stepSchema(name, kind, placesIn(Reflect.get(data, name)).length > 0, cel),
  );
  return {
    schema: v.pipe(
      v.array(step, 'Write a list of steps, each with its kind.'),
      v.minLength(1, 'has no step in it\nWrite at least one.'),
      v.rawTransform(({ dataset, addIssue, NEVER }): Target => {
        const problem = unfilled(dataset.value);
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
  open: boolean,
  cel: Cel,
): v.GenericSchema<unknown, Step> {
  const variables = [...COMMON_VARIABLES, ...kind.variables];
  const expectation = field({ parse: (source) => cel.celExpectation(source, variables) });
  const capture = field({ parse: (source) => cel.celCapture(source, variables) });
  // Options with places can be read only when these are nonEmptyText.
  const options = open ? later(CLOSED.has(name)) : now(kind.schema);
  return v.pipe(
    v.strictObject(
      {
        [name]: options,
        expect: listOf(expectation),
        capture: v.optional(v.record(v.string(), capture), {}),
      },
      `A step knows ${name}, expect and capture.`,
    ),
    v.transform((given): Step => {
      // The type system cannot follow a key that is only known at run time.
      const { [name]: read, expect, capture } = given as Readonly<Record<string, unknown>>;
      return {
        ...(read as Read),
        kind,
        expect: expect as readonly Expectation[],
        capture: new Map(Object.entries(capture as Readonly<Record<string, Capture>>)),
      };
    }),
  );
}

type Read = Pick<Step, 'options' | 'target'>;

function later(closed: boolean): v.GenericSchema<unknown, Read> {
  return v.pipe(
    v.unknown(),
    v.check(
      () => !closed,
      'takes what an earlier step captured\nWhat is run or read here must not be chosen by a stranger.',
    ),
    v.transform((options) => ({ options, target: undefined })),
  );
}

function now(schema: Kind['schema']): v.GenericSchema<unknown, Read> {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }): Read => {
      const result = v.safeParse(schema, dataset.value);
      if (result.success) return { options: dataset.value, target: result.output };
      for (const { message, path } of result.issues) {
        addIssue({ message, ...(path && { path: path as [v.IssuePathItem] }) });
      }
      return NEVER;
    }),
  );
}

/** A place that no earlier step fills. */
function unfilled(steps: readonly Step[]): string | undefined {
  const captured = new Set<string>();
  for (const { options, capture } of steps) {
    const place = placesIn(options).find((name) => !captured.has(name));
    if (place !== undefined) {
      return `uses \${${place}}, which no earlier step captures\nCapture it in a step before.`;
    }
    for (const name of capture.keys()) captured.add(name);
  }
  return undefined;
}

function target(steps: readonly Step[]): Target {
  const descriptions = steps.map(({ target: one }) => one?.description ?? 'what was captured');
  return {
    description: descriptions.join(' → '),
    secrets: steps.flatMap(({ target: one }) => one?.secrets ?? []),
    defaultExpectations: [],
    attempt: (context) => follow(steps, context),
  };
}
