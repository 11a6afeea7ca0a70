import type { SyncParser } from './parser.ts';

/** Any text, as it stands; may be empty. */
export function text(): SyncParser<string> {
  return { parse: (given) => given, empty: () => '' };
}
