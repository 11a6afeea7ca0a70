import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { InputError, type InputProblem } from '../errors/input-error.ts';

/** How often YAML aliases may be expanded: a few lines can stand for gigabytes. */
const MOST_ALIASES = 100;

export interface YamlDocument {
  readonly data: unknown;
  /** Where the key at a path stands, as `source:line:column`, or its nearest owner. */
  readonly placeOf: (path: readonly string[]) => {
    readonly offset: number;
    readonly line: number;
    readonly where: string;
  };
}

/**
 * Reads one YAML document. Throws an {@link InputError} with every mistake.
 *
 * @param merge whether `<<` merges, for files of tools that know it
 */
export function readYaml(
  text: string,
  source: string,
  { merge = false }: { readonly merge?: boolean } = {},
): YamlDocument {
  const lines = new LineCounter();
  // The parser counts a byte order mark as a column of the first line, and no list holds together.
  const own = text.replace(/^\uFEFF/, '');
  const document = parseDocument(own, {
    lineCounter: lines,
    merge,
    prettyErrors: false,
    logLevel: 'error',
  });
  const broken = withoutConsequences(document.errors).map((error) =>
    brokenYaml(error, own, source, lines),
  );
  if (broken.length > 0) throw new InputError(broken);
  return {
    data: toData(document, source),
    placeOf: (path) => {
      const offset = offsetOf(document, path);
      const { line } = lines.linePos(offset);
      return { offset, line: Math.max(1, line), where: position(source, lines, offset) };
    },
  };
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

/** After a token that it does not expect, the parser does not expect the ones that follow either. */
function withoutConsequences(errors: readonly YAMLError[]): readonly YAMLError[] {
  const first = errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  return first < 0 ? errors : errors.slice(0, first + 1);
}

function brokenYaml(
  { code, message, pos: [offset] }: YAMLError,
  text: string,
  source: string,
  lines: LineCounter,
) {
  const where = position(source, lines, offset);
  const indentation = /^[^\S\n]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0];
  return code === 'MULTIPLE_DOCS'
    ? { where, problem: 'has several documents', remedy: 'Keep one; "---" begins another.' }
    : {
        where,
        problem: `is not valid YAML: ${lowerFirst(message)}`,
        remedy: indentation?.includes('\t')
          ? 'Indent with spaces: YAML takes no tabs.'
          : 'Check the indentation, colons and quotes around this place.',
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
