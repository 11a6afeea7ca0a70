import { InputError, type InputProblem } from '../errors/input-error.ts';
import { InvalidValue } from '../errors/invalid-value.ts';
import type { Parser, ValueOf } from './parser.ts';

/** The parsers of an action's inputs, by the names that action.yml has. */
export type InputParsers = Readonly<Record<string, Parser<unknown>>>;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The parsed inputs: `fail-on` of action.yml is `failOn` here. */
export type InputValues<P extends InputParsers> = {
  readonly [Name in keyof P & string as CamelCase<Name>]: ValueOf<P[Name]>;
};

/** A rule over several inputs, asked only when each of them could be read by itself. */
export interface Rule<Values> {
  readonly reads: readonly (keyof Values & string)[];
  readonly check: (values: Values) => InputProblem | undefined;
}

export interface InputDefinition<Values> {
  /** The names of the inputs, as in action.yml. */
  readonly names: readonly string[];
  /**
   * Reads and checks all inputs. `read` gives the text of one (empty when it is not set), `mask`
   * hears every secret before anything else can fail. Throws one {@link InputError} that names
   * all mistakes.
   */
  readonly parse: (
    read: (name: string) => string,
    mask: (secret: string) => void,
  ) => Promise<Values>;
}

/**
 * Declares an action's inputs. Defaults are not here: action.yml has them, and the runner hands
 * them over like any other value.
 */
export function defineInputs<P extends InputParsers>(
  parsers: P,
  rules: readonly Rule<InputValues<P>>[] = [],
): InputDefinition<InputValues<P>> {
  const names = Object.keys(parsers);
  return {
    names,
    parse: async (read, mask) => {
      const texts = new Map(names.map((name) => [name, textOf(parsers[name], read(name))]));
      for (const [name, text] of texts) {
        if (text !== '') for (const value of parsers[name]?.secrets?.(text) ?? []) mask(value);
      }
      const values: Record<string, unknown> = {};
      const problems: InputProblem[] = [];
      for (const [name, text] of texts) {
        try {
          values[camelCase(name)] = await parseOne(parsers[name] as Parser<unknown>, text);
        } catch (error) {
          problems.push(...problemsOf(name, text, parsers[name]?.secrets !== undefined, error));
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

function textOf(parser: Parser<unknown> | undefined, given: string): string {
  const trimmed = given.trim();
  return parser?.verbatim && trimmed !== '' ? given : trimmed;
}

async function parseOne(parser: Parser<unknown>, text: string): Promise<unknown> {
  if (text !== '') return parser.parse(text);
  if (parser.empty) return parser.empty();
  throw new InvalidValue('is required but empty', 'Give it a value.');
}

function problemsOf(
  where: string,
  text: string,
  isSecret: boolean,
  error: unknown,
): readonly InputProblem[] {
  // A configuration brings its own problems, each with its line and column.
  if (error instanceof InputError) return error.problems;
  if (!(error instanceof InvalidValue)) throw error;
  return [
    { where, problem: error.message, remedy: error.remedy, ...(!isSecret && { given: text }) },
  ];
}
