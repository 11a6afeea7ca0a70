import { plain } from '@repo/core/text/untrusted';
import { type Expectation, MET } from './expectation.ts';
import { headerOf } from './header.ts';
import type { JsonPath } from './json-path.ts';

/** Where a target tells its version. */
export interface VersionSource {
  /** Name of a header. */
  readonly header?: string;
  readonly path?: JsonPath;
}

/**
 * The version that has to answer. Without a place to look, the body itself is the version, or holds
 * it as the word that was asked for.
 */
export function expectVersion(wanted: string, source: VersionSource): Expectation {
  return {
    source: `version ${wanted}`,
    reads: ['headers', 'json', 'body'],
    judge: (facts) => {
      const found = versionOf(facts, source);
      if (found === undefined) return { met: false, found: 'no version where it was looked for' };
      if (
        found === wanted ||
        (source.header === undefined && source.path === undefined && holdsWord(found, wanted))
      ) {
        return MET;
      }
      return { met: false, found: `version "${plain(found, 80)}" instead of "${wanted}"` };
    },
  };
}

function versionOf(
  facts: Readonly<Record<string, unknown>>,
  source: VersionSource,
): string | undefined {
  if (source.header !== undefined) return headerOf(facts.headers, source.header);
  if (source.path !== undefined) {
    const [value] = facts.json === undefined ? [] : source.path(facts.json);
    return value === undefined ? undefined : asText(value);
  }
  const json = facts.json;
  if (typeof json === 'object' && json !== null && 'version' in json) return asText(json.version);
  return String(facts.body).trim();
}

/** A number is a version as well; objects are shown as they are, their own `toString` not asked. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether the text has the word, not as a part of a longer one: `1.2` is not in `1.2.1`. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.slice(at + word.length, at + word.length + 2);
    if (!/[\w.+-]/.test(before) && !/^([\w+-]|\.\w)/.test(after)) return true;
  }
  return false;
}
