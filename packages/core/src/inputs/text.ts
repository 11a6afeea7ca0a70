import type { SyncParser } from './parser.ts';

/** Any text, as it stands; may be empty. */
export function text(): SyncParser<string> {
  return { parse: (given) => given, empty: () => '' };
}

/** Any text with the white space around it, which means something in YAML; blank is empty. */
export function block(): SyncParser<string> {
  return { ...text(), verbatim: true };
}
