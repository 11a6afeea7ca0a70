import { FormatError } from '../format-error.ts';
import { JsonNode } from './json-node.ts';
import { findSyntaxError, jsonTokens, lineAt } from './json-tokens.ts';

/**
 * Parses JSON as benchmark tools write it: bare NaN and Infinity, which Python and C++ write, become
 * infinite numbers, which every reader checks for.
 *
 * @throws {FormatError} with the line of the error
 */
export function parseJson(text: string, file: string): JsonNode {
  try {
    return JsonNode.root(JSON.parse(text), text, file);
  } catch {
    const finite = replaceBareNumbers(text);
    if (finite === text) throw toFormatError(text, file);
    try {
      return JsonNode.root(JSON.parse(finite), text, file);
    } catch {
      throw toFormatError(finite, file);
    }
  }
}

/** Replaces bare `NaN` and `-Infinity` by `1e999`; keeps line breaks. */
function replaceBareNumbers(text: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const { start, token } of jsonTokens(text)) {
    if (!/^[+-]?(?:nan|inf|infinity)$/i.test(token)) continue;
    parts.push(text.slice(end, start), '1e999');
    end = start + token.length;
  }
  return end === 0 ? text : parts.join('') + text.slice(end);
}

function toFormatError(text: string, file: string): FormatError {
  if (text.trim() === '') return new FormatError({ file }, 'is empty', WRITE_AGAIN);
  // V8 does not report the position of every error.
  const at = findSyntaxError(text);
  const line = lineAt(text, at);
  return at === text.length
    ? new FormatError({ file, line }, 'the JSON is incomplete', WRITE_AGAIN)
    : new FormatError({ file, line }, 'is not valid JSON', 'Run the tool again.');
}

const WRITE_AGAIN = 'Check that the tool was not stopped while it wrote the file.';
