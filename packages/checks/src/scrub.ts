/**
 * Patterns of secrets in logs, command output and files. The time of each pattern is linear in the
 * length of a line, or quadratic in a length that {@link MAX_LINE_LENGTH} limits.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // User information in a URL or DSN.
  [/:\/\/[^\s/"'<>]*@/g, '://***@'],
  // The whole rest of the header is secret.
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

/** Characters of a line that are searched. The rest of a longer line is removed. */
const MAX_LINE_LENGTH = 4_096;

/** Removes what looks like a secret: credentials in URLs, tokens, sensitive headers. */
export function scrub(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      PATTERNS.reduce(
        (rest, [pattern, by]) => rest.replace(pattern, by),
        line.slice(0, MAX_LINE_LENGTH),
      ),
    )
    .join('\n');
}
