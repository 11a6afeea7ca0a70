/** A command in a line of stdout or stderr. Property names are lower-case. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

type Escapes = readonly (readonly [escaped: string, plain: string])[];

// The order matters and matches the runner (ActionCommand.cs): %25 comes last.
const DATA: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
];
const PROPERTY: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
];
const OLD_STYLE: Escapes = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
];

// White space in .NET, which differs from JavaScript (includes U+0085, excludes U+FEFF).
const LEADING_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/**
 * Parses one line like the runner: `::name key=value,…::data` after leading white space, or
 * `##[name key=value;…]data` anywhere in the line. Returns `undefined` for an unknown name (ignoring
 * case), because the line is ordinary output.
 */
export function parseWorkflowCommand(
  line: string,
  known: (name: string) => boolean,
): WorkflowCommand | undefined {
  return parseColons(line, known) ?? parseBrackets(line, known);
}

function parseColons(line: string, known: (name: string) => boolean) {
  const text = line.replace(LEADING_SPACE, '');
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  return createCommand(text.slice(2, end), text.slice(end + 2), known, ',', PROPERTY, DATA);
}

function parseBrackets(line: string, known: (name: string) => boolean) {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  const info = line.slice(start + 3, end);
  return createCommand(info, line.slice(end + 1), known, ';', OLD_STYLE, OLD_STYLE);
}

function createCommand(
  info: string,
  data: string,
  known: (name: string) => boolean,
  separator: string,
  propertyEscapes: Escapes,
  dataEscapes: Escapes,
): WorkflowCommand | undefined {
  const [, name = '', rest = ''] = /^([^ ]*)(?: (.*))?$/s.exec(info) ?? [];
  if (!known(name.toLowerCase())) return undefined;
  const properties: Record<string, string> = {};
  for (const pair of rest.trim().split(separator)) {
    const [, key, value] = /^=*([^=]+)=+(.+)$/s.exec(pair) ?? [];
    if (key !== undefined && value !== undefined) {
      properties[key.toLowerCase()] = unescapeWith(propertyEscapes, value);
    }
  }
  return { name: name.toLowerCase(), properties, data: unescapeWith(dataEscapes, data) };
}

function unescapeWith(escapes: Escapes, text: string): string {
  return escapes.reduce((result, [escaped, plain]) => result.replaceAll(escaped, plain), text);
}
