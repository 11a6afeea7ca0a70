import { InputError, type InputProblem } from '../errors/input-error.ts';
import { InvalidValue } from '../errors/invalid-value.ts';
import type { Parser, ValueOf } from './parser.ts';

/** The parsers of an action's inputs, by their names in action.yml. */
export type InputParsers = Readonly<Record<string, Parser<unknown>>>;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The parsed inputs: the input `fail-on` becomes `failOn`. */
export type InputValues<P extends InputParsers> = {
  readonly [Name in keyof P & string as CamelCase<Name>]: ValueOf<P[Name]>;
};

/** A rule about several inputs. Applied only if each input is valid. */
export interface Rule<Values> {
  readonly reads: readonly (keyof Values & string)[];
  readonly check: (values: Values) => InputProblem | undefined;
}

export interface InputDefinition<Values> {
  /** The names of the inputs in action.yml. */
  readonly names: readonly string[];
  /**
   * Parses and validates all inputs. `read` returns the text of an input (empty if it is not set).
   * `mask` receives every secret before anything can fail. Throws one {@link InputError} with all
   * problems.
   */
  readonly parse: (
    read: (name: string) => string,
    mask: (secret: string) => void,
  ) => Promise<Values>;
}

/**
 * Declares the inputs of an action. The defaults are in action.yml; the runner passes them like any
 * other value.
 */
export function defineInputs<P extends InputParsers>(
  parsers: P,
  rules: readonly Rule<InputValues<P>>[] = [],
): InputDefinition<InputValues<P>> {
  const names = Object.keys(parsers);
  return {
    names,
    parse: async (read, mask) => {
      const texts = new Map(names.map((name) => [name, normalize(parsers[name], read(name))]));
      for (const [name, text] of texts) {
        if (text !== '') for (const value of parsers[name]?.secrets?.(text) ?? []) mask(value);
      }
      const values: Record<string, unknown> = {};
      const problems: InputProblem[] = [];
      for (const [name, text] of texts) {
        try {
          values[camelCase(name)] = await parseOne(parsers[name] as Parser<unknown>, text);
        } catch (error) {
          problems.push(...toProblems(name, text, parsers[name]?.secrets !== undefined, error));
        }
      }
      for (const rule of rules) {
        if (!rule.reads.every((name) => name in values)) continue;
        const problem = rule.check(values as InputValues<P>);
        if (problem !== undefined) problems.push(problem);
      }
      if (problems.length > 0) throw new InputError(problems);
      return values as InputValues<P>;
    },
  };
}

/** `fail-on` → `failOn`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function normalize(parser: Parser<unknown> | undefined, given: string): string {
  const trimmed = given.trim();
  return parser?.verbatim && trimmed !== '' ? given : trimmed;
}

async function parseOne(parser: Parser<unknown>, text: string): Promise<unknown> {
  if (text !== '') return parser.parse(text);
  if (parser.empty) return parser.empty();
  throw new InvalidValue('is required but empty', 'Give it a value.');
}

function toProblems(
  where: string,
  text: string,
  isSecret: boolean,
  error: unknown,
): readonly InputProblem[] {
  // The problems of a configuration have their own line and column.
  if (error instanceof InputError) return error.problems;
  if (!(error instanceof InvalidValue)) throw error;
  return [
    { where, problem: error.message, remedy: error.remedy, ...(!isSecret && { given: text }) },
  ];
}
