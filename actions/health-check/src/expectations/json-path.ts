import { InvalidValue } from '@repo/core/errors/invalid-value';
import { list } from '@repo/core/inputs/list';
import type { Parser } from '@repo/core/inputs/parser';
import { type Expectation, MET } from './expectation.ts';

const OPERATORS = ['==', '!=', '<=', '>=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** Finds values in JSON by an RFC 9535 path. */
export type JsonPath = (json: unknown) => readonly unknown[];

/** `$.path == value`, one a line; the value is JSON, anything else is text. A path alone: it exists. */
export function expectJson(): Parser<readonly Expectation[]> {
  const lines = list({ parse: expectOne });
  return { parse: lines.parse, empty: () => [] };
}

/** An RFC 9535 path. Its library is loaded when it is first used. */
export function jsonPath(): Parser<JsonPath> {
  return {
    parse: async (given) => {
      const { JSONPathEnvironment } = await import('json-p3');
      try {
        const query = new JSONPathEnvironment({ maxRecursionDepth: 100 }).compile(given);
        return (json) => query.query(json as never).values();
      } catch (error) {
        throw new InvalidValue(
          `is not a JSON path (${(error as Error).message})`,
          'Write an RFC 9535 path: $.status or $.checks[0].ok.',
        );
      }
    },
  };
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
      if (operator === undefined || found.every((one) => holds(one, operator, value))) return MET;
      return {
        met: false,
        found: `${path} is ${JSON.stringify(found.length === 1 ? found[0] : found)}, expected ${operator} ${JSON.stringify(value)}`,
      };
    },
  };
}

/** Cuts at the first operator that stands outside of brackets and quotes. */
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
      return { path, operator, value: jsonOrText(line.slice(at + operator.length).trim()) };
    }
  }
  return { path: line };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.replace(/^'(.*)'$/, '$1');
  }
}

function holds(found: unknown, operator: Operator, value: unknown): boolean {
  const equal = JSON.stringify(found) === JSON.stringify(value);
  if (operator === '==') return equal;
  if (operator === '!=') return !equal;
  if (typeof found !== typeof value) return false;
  if (typeof found !== 'number' && typeof found !== 'string') return false;
  const other = value as typeof found;
  return { '<': found < other, '<=': found <= other, '>': found > other, '>=': found >= other }[
    operator
  ];
}
