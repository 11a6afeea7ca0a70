import type { GenericIssue, GenericSchema, InferOutput } from 'valibot';
import type { Document, LineCounter } from 'yaml';
import { InputError, type InputProblem } from '../errors/input-error.ts';

/** Longest configuration that is read, in characters. */
const LONGEST = 1_000_000;
/** How often YAML aliases may be expanded: a few lines can stand for gigabytes. */
const MOST_ALIASES = 100;

/**
 * Reads a configuration, YAML or JSON (which YAML 1.2 contains), against a schema. Throws one
 * {@link InputError} with every mistake, unknown keys included, each as `source:line:column`.
 * YAML and the schema library are loaded here, when they are needed.
 *
 * @param source where the text came from: an input's name or a file's path
 * @param schema what is allowed; a function where that depends on what is written
 */
export async function parseConfig<const S extends GenericSchema>(
  text: string,
  source: string,
  schema: S | ((data: unknown) => Promise<S>),
): Promise<InferOutput<S>> {
  const [{ LineCounter, parseDocument }, { safeParse }] = await Promise.all([
    import('yaml'),
    import('valibot'),
  ]);
  if (text.length > LONGEST) {
    throw new InputError([
      { where: source, problem: 'is longer than a million characters', remedy: 'Split it up.' },
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.map(({ message, pos }) => ({
    where: position(source, lines, pos[0]),
    problem: `is not valid YAML: ${lowerFirst(message)}`,
    remedy: 'Check the indentation, colons and quotes around this place.',
  }));
  if (broken.length > 0) throw new InputError(broken);

  const data = toData(document, source);
  const result = safeParse(typeof schema === 'function' ? await schema(data) : schema, data);
  if (result.success) return result.output;
  throw new InputError(result.issues.map((issue) => problem(issue, document, source, lines)));
}

function toData(document: Document, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    throw new InputError([
      { where: source, problem: 'repeats its aliases too often', remedy: 'Write it out.' },
    ]);
  }
}

function problem(
  issue: GenericIssue,
  document: Document,
  source: string,
  lines: LineCounter,
): InputProblem {
  const path = issue.path?.map((item) => item.key as string | number) ?? [];
  const where = position(source, lines, offsetOf(document, path));
  const name = path.join('.');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { where, problem: `${name} is not a known key`, remedy: issue.message };
  }
  const given = isScalar(issue.input) ? `"${issue.input}" ` : '';
  const [what, remedy] = issue.message.split('\n', 2);
  return remedy === undefined
    ? { where, problem: `${name} ${given}is not valid`, remedy: what ?? '' }
    : { where, problem: `${name} ${given}${what}`, remedy };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Where the value at a path begins; for an unknown or missing key, its nearest owner. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const key = path[depth - 1];
    const owner = document.getIn(path.slice(0, depth - 1), true) as Node | undefined;
    const pair = owner?.items?.find((item) => item.key?.value === key);
    if (depth > 0 && pair?.key?.range) return pair.key.range[0];
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** As much of a YAML node as is needed to find its place. */
interface Node {
  readonly range?: readonly [number, number, number] | null;
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: Node }[];
}

function position(source: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${source}:${line}:${col}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
