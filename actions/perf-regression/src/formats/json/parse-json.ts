import { FormatError } from '../format-error.ts';
import { JsonNode } from './json-node.ts';
import { jsonTokens, lineAt, offsetOfMistake } from './json-tokens.ts';

/**
 * Reads JSON as benchmark tools write it: bare NaN and Infinity, which Python and C++ write, become
 * infinite numbers, for which every reader of numbers has to look anyway.
 *
 * @throws {FormatError} with the line where it breaks off or goes wrong
 */
export function parseJson(text: string, file: string): JsonNode {
  try {
    return JsonNode.root(JSON.parse(text), text, file);
  } catch {
    const finite = withoutBareNumbers(text);
    if (finite === text) throw broken(text, file);
    try {
      return JsonNode.root(JSON.parse(finite), text, file);
    } catch {
      throw broken(finite, file);
    }
  }
}

/** `NaN`, `-Infinity` and the like outside of strings become `1e999`; line breaks stay. */
function withoutBareNumbers(text: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const { start, token } of jsonTokens(text)) {
    if (!/^[+-]?(?:nan|inf|infinity)$/i.test(token)) continue;
    parts.push(text.slice(end, start), '1e999');
    end = start + token.length;
  }
  return end === 0 ? text : parts.join('') + text.slice(end);
}

function broken(text: string, file: string): FormatError {
  if (text.trim() === '') return new FormatError({ file }, 'is empty', WRITE_AGAIN);
  // V8 does not tell the position of every mistake.
  const at = offsetOfMistake(text);
  const line = lineAt(text, at);
  return at === text.length
    ? new FormatError({ file, line }, 'the JSON breaks off: the file is not complete', WRITE_AGAIN)
    : new FormatError({ file, line }, 'is not valid JSON', 'Have the tool write the file anew.');
}

const WRITE_AGAIN = 'Look whether the tool came to its end, and was not stopped while writing.';
