/**
 * Sanitizes untrusted text: response bodies, container names, logs, error messages of remote hosts,
 * configuration values.
 *
 * The runner reads commands from every printed line: `::name::` after leading white space, `##[name]`
 * anywhere in a line. A body with `::set-env` would fail the step, one with `::add-mask::` would mask
 * parts of the log.
 */

// ESC [ … letter; ESC ] (also P, X, ^, _) … BEL or ST, at most to the end of the line; ESC and one
// character; and their 8-bit forms.
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\r\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

// Control characters and those that reorder or hide text: bidirectional overrides, zero-width
// characters, BOM, separators, tags.
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

// The runner trims with .NET, which treats U+0085 as white space. Matches one line at a time, because
// a match across lines would take quadratic time.
const COMMAND = /^((?:[^\S\r\n\u2028\u2029]|\u0085)*):(?=:)/gm;

const ZERO_WIDTH_SPACE = '\u200b';

/** The default limit of {@link plain}, in characters. */
const DEFAULT_LENGTH = 300;

/**
 * Sanitizes text to one line: without ANSI escapes, control or invisible characters and runner commands,
 * with collapsed white space, at most `maxLength` characters (the rest becomes `…`).
 */
export function plain(text: string, maxLength = DEFAULT_LENGTH): string {
  // Cut first, because a body can have megabytes.
  const head = text.length > maxLength * 8 ? text.slice(0, maxLength * 8) : text;
  const line = stripInvisible(head).replace(/\s+/g, ' ').trim();
  return cut(defuse(line), maxLength, head.length < text.length);
}

/**
 * Sanitizes text to lines for an excerpt, each like {@link plain} but with inner spaces. Returns at most
 * `maxLines`, and a note if there were more.
 */
export function plainLines(text: string, maxLines = 20, maxLength = DEFAULT_LENGTH): string[] {
  const head = text.slice(0, maxLines * maxLength * 4);
  const lines = stripInvisible(head)
    .trimEnd()
    .split(/\r\n|\r|\n/);
  const kept = lines
    .slice(0, maxLines)
    .map((line) => cut(defuse(line.replace(/\t/g, '  ').trimEnd()), maxLength));
  const left = lines.length - kept.length;
  if (left > 0 || head.length < text.length) kept.push('… (cut)');
  return kept;
}

/** Disables runner commands in text to be printed. */
export function defuse(text: string): string {
  return text
    .replace(COMMAND, `$1:${ZERO_WIDTH_SPACE}`)
    .replaceAll('##[', `##${ZERO_WIDTH_SPACE}[`);
}

/** Removes ANSI escapes, control characters and invisible characters; keeps line breaks and tabs. */
export function stripInvisible(text: string): string {
  return text.replace(ESCAPE_SEQUENCES, '').replace(INVISIBLE, '').toWellFormed();
}

function cut(line: string, maxLength: number, more = false): string {
  if (line.length <= maxLength && !more) return line;
  // Does not end in half of a surrogate pair.
  return `${line.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')}…`;
}
