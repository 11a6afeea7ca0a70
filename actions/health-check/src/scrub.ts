/**
 * What looks like a secret in text that nobody has told us about: logs, output of commands, files.
 * Each pattern takes time that is linear in a line, or quadratic in one that {@link LONGEST} cuts.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // The user information of a URL or DSN.
  [/:\/\/[^\s/"'<>]*@/g, '://***@'],
  // A header is a secret to its end.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]).*/gi, '$1$2 ***'],
  [/\b(bearer)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/\b(basic)\s+[\w+/=-]{16,}/gi, '$1 ***'],
  [
    /((?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|signature)[\w.-]*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&"'}\])]+)/gi,
    '$1***',
  ],
  // curl --user name:password
  [/(\s(?:-u|--user)[\s=])\S+/g, '$1***'],
  [
    /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|AKIA[0-9A-Z]{16}|xox[a-z]-[\w-]{10,}|sk[-_]\w{16,})/g,
    '***',
  ],
];

/** Longest line that is looked through, characters; of a longer one the rest goes. */
const LONGEST = 4_096;

/** Text without what looks like a secret in it: credentials of URLs, tokens, sensitive headers. */
export function scrub(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      PATTERNS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), line.slice(0, LONGEST)),
    )
    .join('\n');
}
