import { plain } from '@repo/core/text/untrusted';
import { type Expectation, MET } from './expectation.ts';
import { getHeader } from './header.ts';
import type { JsonPath } from './json-path.ts';

/** Where the version is in a response. */
export interface VersionSource {
  /** Name of a header. */
  readonly header?: string;
  readonly path?: JsonPath;
}

/**
 * The response has the expected version. Without a header or path, the body is the version or
 * contains it as a separate word.
 */
export function expectVersion(expected: string, source: VersionSource): Expectation {
  return {
    source: `version ${expected}`,
    reads: ['headers', 'json', 'body'],
    judge: (facts) => {
      const found = getVersion(facts, source);
      if (found === undefined) return { met: false, found: 'the response has no version' };
      if (
        found === expected ||
        (source.header === undefined && source.path === undefined && containsWord(found, expected))
      ) {
        return MET;
      }
      return { met: false, found: `version "${plain(found, 80)}", expected "${expected}"` };
    },
  };
}

function getVersion(
  facts: Readonly<Record<string, unknown>>,
  source: VersionSource,
): string | undefined {
  if (source.header !== undefined) return getHeader(facts.headers, source.header);
  if (source.path !== undefined) {
    const [value] = facts.json === undefined ? [] : source.path(facts.json);
    return value === undefined ? undefined : toText(value);
  }
  const json = facts.json;
  if (typeof json === 'object' && json !== null && 'version' in json) return toText(json.version);
  return String(facts.body).trim();
}

/** Does not call `toString`, which an object in untrusted JSON can replace. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether the text contains the word, not as a part of a longer word: `1.2.1` does not contain `1.2`. */
function containsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.slice(at + word.length, at + word.length + 2);
    if (!/[\w.+-]/.test(before) && !/^([\w+-]|\.\w)/.test(after)) return true;
  }
  return false;
}
