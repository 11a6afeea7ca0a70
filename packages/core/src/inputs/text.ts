import type { SyncParser } from './parser.ts';

/** Any text; may be empty. */
export function text(): SyncParser<string> {
  return { parse: (given) => given, empty: () => '' };
}

/** Any text, with the white space around it, which is significant in YAML. Blank text is empty. */
export function block(): SyncParser<string> {
  return { ...text(), verbatim: true };
}
