import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { InputError, type InputProblem } from '../errors/input-error.ts';

/** YAML aliases are limited, because a few lines can expand to gigabytes. */
const MAX_ALIASES = 100;

export interface YamlDocument {
  readonly data: unknown;
  /** The position of the key at a path, or of its nearest parent, as `source:line:column`. */
  readonly locate: (path: readonly string[]) => {
    readonly offset: number;
    readonly line: number;
    readonly where: string;
  };
}

/**
 * Parses one YAML document. Throws an {@link InputError} with all problems.
 *
 * @param merge whether `<<` merges mappings, for files of tools that support it
 */
export function readYaml(
  text: string,
  source: string,
  { merge = false }: { readonly merge?: boolean } = {},
): YamlDocument {
  const lines = new LineCounter();
  // The parser counts a byte order mark as a column, which breaks the indentation of the first line.
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
    locate: (path) => {
      const offset = findOffset(document, path);
      const { line } = lines.linePos(offset);
      return { offset, line: Math.max(1, line), where: position(source, lines, offset) };
    },
  };
}

function toData(document: Document, source: string): unknown {
  try {
    const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    // Later code would never finish on circular data.
    JSON.stringify(data);
    return data;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('Unresolved alias')) {
      throw mistake(
        source,
        `is not valid YAML: ${lowerFirst(message)}`,
        'Define its anchor first.',
      );
    }
    throw mistake(
      source,
      error instanceof TypeError
        ? 'has an alias that contains itself'
        : 'expands its aliases too often',
      'Write the value in full.',
    );
  }
}

/** After an unexpected token, the parser also reports the tokens that follow it. */
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
    ? {
        where,
        problem: 'has several documents',
        remedy: 'Keep one document; "---" starts another.',
      }
    : {
        where,
        problem: `is not valid YAML: ${lowerFirst(message)}`,
        remedy: indentation?.includes('\t')
          ? 'Indent with spaces. YAML does not allow tabs.'
          : 'Check the indentation, colons and quotes near this position.',
      };
}

function mistake(where: string, problem: string, remedy: string): InputError {
  return new InputError([{ where, problem, remedy } satisfies InputProblem]);
}

/**
 * Finds the position of a key or list item. For a missing one, the position of its nearest parent.
 */
function findOffset(document: Document, path: readonly string[]): number {
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

/** The parts of a YAML node or pair that its position is read from. */
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
