import {
  type GenericIssue,
  type GenericSchema,
  type InferOutput,
  type SafeParseResult,
  safeParse,
} from 'valibot';
import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { InputError, type InputProblem } from '../errors/input-error.ts';
import { isUnknownKey, keysTo, meantIssues, ownerOf, problemOf } from './schema-issue.ts';

/** Longest configuration that is read, in characters. */
const LONGEST = 1_000_000;
/** How often YAML aliases may be expanded: a few lines can stand for gigabytes. */
const MOST_ALIASES = 100;
/** How often a schema is asked again for further unknown keys. */
const MOST_ROUNDS = 50;

/**
 * Reads a configuration, YAML or JSON (which YAML 1.2 contains), against a schema. Throws one
 * {@link InputError} with every mistake, unknown keys included, each as `source:line:column`.
 * Import this module lazily: it brings the YAML and the schema library along.
 *
 * Messages of the schema are the remedy, or two lines: what is wrong, and the remedy.
 *
 * @param source where the text came from: an input's name or a file's path
 * @param schema what is allowed; a function where that depends on what is written
 */
export async function parseConfig<const S extends GenericSchema>(
  text: string,
  source: string,
  schema: S | ((data: unknown) => Promise<S>),
): Promise<InferOutput<S>> {
  if (text.length > LONGEST) {
    throw mistake(source, 'is longer than a million characters', 'Split it up.');
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const broken = document.errors.map((error) => brokenYaml(error, source, lines));
  if (broken.length > 0) throw new InputError(broken);

  const data = toData(document, source);
  const asked = typeof schema === 'function' ? await schema(data) : schema;
  const answer = ask(() => safeParse(asked, data));
  if (answer.success) return answer.output;

  const problems = answer.issues
    .map((issue) => ({ issue, offset: offsetOf(document, keysTo(issue)) }))
    .sort((one, other) => one.offset - other.offset)
    .map(({ issue, offset }) => problemOf(issue, position(source, lines, offset)));
  throw new InputError(
    problems.filter(
      ({ where, problem }, index) =>
        index === problems.findIndex((one) => one.where === where && one.problem === problem),
    ),
  );
}

type Answer<S extends GenericSchema> =
  | { readonly success: true; readonly output: InferOutput<S> }
  | { readonly success: false; readonly issues: readonly GenericIssue[] };

/**
 * All that a schema has to say. It names only the first unknown key of an object: so those that it
 * named are taken out of the data, and it is asked again.
 */
function ask<S extends GenericSchema>(parse: () => SafeParseResult<S>): Answer<S> {
  const unknown: GenericIssue[] = [];
  for (let round = 1; ; round++) {
    const result = parse();
    if (result.success && unknown.length === 0) return { success: true, output: result.output };
    const issues = (result.issues ?? []).flatMap(meantIssues);
    const found = issues.filter(isUnknownKey);
    if (found.length === 0 || round === MOST_ROUNDS) {
      return { success: false, issues: [...unknown, ...issues] };
    }
    unknown.push(...found);
    for (const issue of found) delete ownerOf(issue)?.[String(issue.input)];
  }
}

function toData(document: Document, source: string): unknown {
  try {
    const data: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    // Whoever walks a circle never ends.
    JSON.stringify(data);
    return data;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Unresolved alias')) {
      throw mistake(source, `is not valid YAML: ${lowerFirst(message)}`, 'Set its anchor first.');
    }
    throw mistake(
      source,
      error instanceof TypeError ? 'has an alias within itself' : 'repeats its aliases too often',
      'Write it out.',
    );
  }
}

function brokenYaml({ code, message, pos }: YAMLError, source: string, lines: LineCounter) {
  const where = position(source, lines, pos[0]);
  return code === 'MULTIPLE_DOCS'
    ? { where, problem: 'has several documents', remedy: 'Keep one; "---" begins another.' }
    : {
        where,
        problem: `is not valid YAML: ${lowerFirst(message)}`,
        remedy: 'Check the indentation, colons and quotes around this place.',
      };
}

function mistake(where: string, problem: string, remedy: string): InputError {
  return new InputError([{ where, problem, remedy } satisfies InputProblem]);
}

/**
 * Where the key at a path stands, or the item of a list; for an unknown or missing one, its
 * nearest owner.
 */
function offsetOf(document: Document, path: readonly string[]): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const key of path) {
    const entry = node?.items?.find((item, index) =>
      item.key === undefined ? key === String(index) : key === String(item.key?.value ?? ''),
    );
    const place = entry?.key ?? entry;
    if (!place?.range) break;
    offset = place.range[0];
    node = (entry?.key === undefined ? entry : entry.value) as Node | null;
  }
  return offset;
}

/** As much of a YAML node, or of a pair in a mapping, as is needed to find its place. */
interface Node {
  readonly range?: readonly [number, number, number] | null;
  readonly key?: Node | null;
  readonly value?: unknown;
  readonly items?: readonly Node[];
}

function position(source: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${source}:${line}:${col}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
