import { type CelInput, celEnv, isCelError, parse, plan, unparse } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { create } from '@bufbuild/protobuf';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import { DurationFact, type Facts, roundMs } from '../facts.ts';
import { accessPaths, type Expr, freeNames, TYPES, walk } from './cel-syntax.ts';
import { type Expectation, MET } from './expectation.ts';

const env = celEnv({ funcs: strings });

/** The expression has to be true. @throws InvalidValue */
export function celExpectation(source: string, variables: readonly string[]): Expectation {
  const { reads, evaluate } = compileCel(source, variables);
  return {
    source,
    reads,
    judge: (facts) => {
      const { value, found } = evaluate(facts);
      return value === true ? MET : { met: false, found: found() };
    },
  };
}

/** The expression has to be false. An evaluation error does not meet it. @throws InvalidValue */
export function celNegatedExpectation(source: string, variables: readonly string[]): Expectation {
  const { reads, evaluate } = compileCel(source, variables);
  return {
    source: `not (${source})`,
    reads,
    judge: (facts) => {
      const { value, found } = evaluate(facts);
      return value === false ? MET : { met: false, found: found() };
    },
  };
}

/** Reads a value that later steps can use. */
export interface Capture {
  readonly reads: readonly string[];
  /** The value as text; `undefined` if it is missing or not a scalar. */
  readonly evaluate: (facts: Facts) => string | undefined;
}

/** Captures the value of an expression. @throws InvalidValue */
export function celCapture(source: string, variables: readonly string[]): Capture {
  const { expression, reads } = readExpression(source, variables);
  const program = plan(env, expression);
  return {
    reads,
    evaluate: (facts) => {
      const value = program(toCel(facts, reads));
      return ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
        ? String(value)
        : undefined;
    },
  };
}

interface Compiled {
  readonly reads: readonly string[];
  /** `value` is `undefined` after an error; `found` shows the values that the expression read. */
  readonly evaluate: (facts: Facts) => { value: boolean | undefined; found: () => string };
}

/**
 * Compiles a CEL expression (https://cel.dev) over the facts of an attempt. Syntax, variables and
 * functions are checked here, before the first attempt.
 */
function compileCel(source: string, variables: readonly string[]): Compiled {
  const { expression, reads } = readExpression(source, variables);
  const evaluate = plan(env, expression);
  const paths = accessPaths(expression).map((path) => ({
    text: unparse(path),
    evaluate: plan(env, path),
  }));
  return {
    reads,
    evaluate: (facts) => {
      const bindings = toCel(facts, reads);
      const result = evaluate(bindings);
      if (isCelError(result)) {
        const missing = reads.find((name) => facts[name] === undefined);
        const reason = missing === undefined ? result.message : `${missing} is not available`;
        return { value: undefined, found: () => `${source}: ${reason}` };
      }
      if (typeof result !== 'boolean') {
        return { value: undefined, found: () => `${source} is not a boolean` };
      }
      const values = () =>
        paths.map((path) => `${path.text} was ${show(path.evaluate(bindings))}`).join(', ');
      return {
        value: result,
        found: () => (paths.length === 0 ? source : `${source}: ${values()}`),
      };
    },
  };
}

function readExpression(source: string, variables: readonly string[]) {
  const expression = parseOrExplain(source);
  const reads = [...new Set(freeNames(expression))].filter((name) => !TYPES.has(name));
  checkNames(reads, variables);
  checkFunctions(expression);
  return { expression, reads };
}

function parseOrExplain(source: string): Expr {
  try {
    return parse(source).expr;
  } catch (error) {
    // A list of expected tokens names the whole grammar. A single expected token is useful.
    const reason = (error as Error).message
      .replace(/^<input>:/, 'at ')
      .replace(/ but expecting .*, .*/s, '');
    throw new InvalidValue(
      `is not a valid expression (${reason})`,
      "Write CEL: status == 200, json.status == 'ok', latency < duration('500ms').",
    );
  }
}

function checkNames(reads: readonly string[], variables: readonly string[]): void {
  const unknown = reads.find((name) => !variables.includes(name));
  if (unknown === undefined) return;
  throw new InvalidValue(
    `has an unknown variable ${unknown}`,
    `This kind of check has the variables ${variables.join(', ')}.`,
  );
}

function checkFunctions(expression: Expr): void {
  for (const { exprKind } of walk(expression)) {
    if (exprKind.case !== 'callExpr') continue;
    const { function: name } = exprKind.value;
    // Operators are not in the function registry.
    if (/^\w+$/.test(name) && env.funcs.find(name) === undefined) {
      throw new InvalidValue(
        `has an unknown function ${name}`,
        'Use the functions of CEL, see cel.dev.',
      );
    }
  }
}

function toCel(facts: Facts, reads: readonly string[]): Record<string, CelInput> {
  const bindings: Record<string, CelInput> = {};
  for (const name of reads) if (facts[name] !== undefined) bindings[name] = celValue(facts[name]);
  return bindings;
}

/** Converts plain data to CEL values. Integers become `int`, for arithmetic with sizes and counts. */
function celValue(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return value;
  if (value instanceof DurationFact) return celDuration(value.ms);
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value === 'object' && value !== null) {
    return new Map(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, celValue(member)]),
    );
  }
  return null;
}

function celDuration(ms: number): CelInput {
  // Rounding the nanoseconds alone could result in a whole second.
  const nanos = Math.round(ms * 1e6);
  return create(DurationSchema, { seconds: BigInt(Math.floor(nanos / 1e9)), nanos: nanos % 1e9 });
}

/** Characters of a value in a message. */
const MAX_SHOWN = 80;

/** A value in a message. */
function show(value: unknown): string {
  if (isCelError(value)) return 'absent';
  if (typeof value === 'string') return `"${plain(value, MAX_SHOWN)}"`;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (value === null) return 'null';
  if (typeof value !== 'object') return String(value);
  if ('size' in value) return `${value.size} entries`;
  const { message } = value as { message?: { seconds?: bigint; nanos?: number } };
  if (message?.seconds === undefined) return 'a value';
  const ms = Number(message.seconds) * 1_000 + (message.nanos ?? 0) / 1e6;
  // Latencies need fractions of a millisecond. Ages do not.
  return ms < 60_000 ? `${roundMs(ms)}ms` : formatDuration(ms);
}
