import { InvalidValue } from '@repo/core/errors/invalid-value';
import { list } from '@repo/core/inputs/list';
import type { Parser } from '@repo/core/inputs/parser';
import { type LinearRegex, regex } from '@repo/core/inputs/regex';
import { plain } from '@repo/core/text/untrusted';
import type { JSONPathEnvironment } from 'json-p3';
import { type Expectation, MET } from './expectation.ts';

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** Finds values in JSON with an RFC 9535 path. */
export type JsonPath = (json: unknown) => readonly unknown[];

/** `$.path == value`, one per line. The value is JSON or text. A path alone has to exist. */
export function expectJson(): Parser<readonly Expectation[]> {
  const lines = list({ parse: expectOne });
  return { parse: lines.parse, empty: () => [] };
}

/** Parses an RFC 9535 path. Loads the library when it is first used. */
export function jsonPath(): Parser<JsonPath> {
  return {
    parse: async (given) => {
      const { JSONPathEnvironment } = await import('json-p3');
      // Above the depth that parseJson accepts.
      const environment = new JSONPathEnvironment({ maxRecursionDepth: 1_000 });
      const patterns = collectPatterns(environment);
      try {
        const query = environment.compile(given);
        await useLinearRegex(environment, patterns);
        return (json) => query.query(json as never).values();
      } catch (error) {
        if (error instanceof InvalidValue) throw error;
        throw new InvalidValue(
          `is not a JSON path (${(error as Error).message})`,
          'Write an RFC 9535 path: $.status or $.checks[0].ok.',
        );
      }
    },
  };
}

/** Collects the patterns in the path's calls of `match` and `search` while it is compiled. */
function collectPatterns(environment: JSONPathEnvironment): ReadonlySet<string> {
  const patterns = new Set<string>();
  const check = environment.checkWellTypedness.bind(environment);
  environment.checkWellTypedness = (token, args) => {
    if (token.value === 'match' || token.value === 'search') {
      const pattern = args[1] !== undefined && 'value' in args[1] ? args[1].value : undefined;
      if (typeof pattern !== 'string') {
        throw new InvalidValue(
          `calls ${token.value} with a pattern that is not a string literal`,
          `Write the pattern itself: ${token.value}(@.name, 'a.*').`,
        );
      }
      patterns.add(pattern);
    }
    return check(token, args);
  };
  return patterns;
}

/** Replaces the library's functions: the backtracking engine of V8 is not safe with untrusted text. */
async function useLinearRegex(
  { functionRegister }: JSONPathEnvironment,
  patterns: ReadonlySet<string>,
): Promise<void> {
  const anywhere = new Map<unknown, LinearRegex>();
  const full = new Map<unknown, LinearRegex>();
  for (const pattern of patterns) {
    anywhere.set(pattern, await regex().parse(pattern));
    full.set(pattern, await regex().parse(`^(?:${pattern})$`));
  }
  for (const [name, compiled] of Object.entries({ match: full, search: anywhere })) {
    const original = functionRegister.get(name);
    if (original === undefined) throw new Error(`json-p3 has no function ${name}`);
    const call = (text: unknown, pattern: unknown) =>
      typeof text === 'string' && compiled.get(pattern)?.test(text) === true;
    functionRegister.set(name, { ...original, call });
  }
}

async function expectOne(line: string): Promise<Expectation> {
  const { path, operator, value } = split(line);
  const find = await jsonPath().parse(path);
  return {
    source: line,
    reads: ['json'],
    judge: ({ json }) => {
      if (json === undefined) return { met: false, found: 'the body is not JSON' };
      const found = find(json);
      if (found.length === 0) return { met: false, found: `${path} is not in the body` };
      if (operator === undefined || found.every((one) => compare(one, operator, value))) return MET;
      return {
        met: false,
        found: `${path} is ${show(found.length === 1 ? found[0] : found)}, expected ${operator} ${show(value)}`,
      };
    },
  };
}

/** A value in a message, shortened. */
function show(value: unknown): string {
  return plain(JSON.stringify(value), 80);
}

/** Splits at the first operator outside of brackets and quotes. */
function split(line: string): { path: string; operator?: Operator; value?: unknown } {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '[') depth++;
    else if (character === ']') depth--;
    else if (depth === 0) {
      const operator = OPERATORS.find((one) => line.startsWith(one, at));
      if (operator === undefined) continue;
      const path = line.slice(0, at).trim();
      const value = line.slice(at + operator.length).trim();
      if (value === '') {
        throw new InvalidValue(
          `has no value after ${operator}`,
          `Write ${path} ${operator} value.`,
        );
      }
      return { path, operator, value: parseValue(value) };
    }
  }
  return { path: line };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.replace(/^'(.*)'$/, '$1');
  }
}

function compare(found: unknown, operator: Operator, value: unknown): boolean {
  if (operator === '==') return equals(found, value);
  if (operator === '!=') return !equals(found, value);
  if (typeof found !== typeof value) return false;
  if (typeof found !== 'number' && typeof found !== 'string') return false;
  const other = value as typeof found;
  return { '<': found < other, '<=': found <= other, '>': found > other, '>=': found >= other }[
    operator
  ];
}

/** Loads the module when it is needed, to keep the start of the action fast. */
function equals(one: unknown, other: unknown): boolean {
  return process.getBuiltinModule('node:util').isDeepStrictEqual(one, other);
}
