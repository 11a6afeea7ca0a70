import type { LogRecord } from './record.ts';

/** The categories of errors. */
export const CATEGORIES = [
  'tailscale',
  'disk',
  'database',
  'auth',
  'network',
  'exception',
  'other',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** The first match wins, so specific categories come before general ones. */
const WORDS: readonly (readonly [Category, string])[] = [
  ['tailscale', 'tailscaled?|tailnet'],
  [
    'disk',
    'no space left|enospc|edquot|disk (?:is )?full|(?:full|out of) disk|disk (?:space|quota)|quota exceeded|read-only file ?system|erofs|input/output error|i/o error|eio',
  ],
  [
    'database',
    'database|databases|db(?![.:-])|sql|sqlite3?|sqlalchemy|postgres|postgresql|psycopg[23]?|mysql|mariadb|mongo|mongodb|redis|deadlock|operationalerror|integrityerror|programmingerror',
  ],
  [
    'auth',
    'auth|authn|authz|authentication|authenticate|authenticated|authenticating|authorization|authorisation|authorize|authorized|unauthori[sz]ed|unauthenticated|forbidden|permission denied|access denied|eacces|eperm|not permitted|credentials?|password|login|jwt|(?:invalid|expired|bad) token|token (?:is )?(?:invalid|expired)',
  ],
  [
    'network',
    'network|connection|connections|connect|timeout|timed out|etimedout|econnrefused|econnreset|epipe|ehostunreach|enetunreach|enotfound|eai_again|unreachable|broken pipe|socket|dns|name resolution|resolve host|upstream|tls|ssl|handshake|no route to host|host not found',
  ],
  ['exception', 'exception|traceback|unhandled|uncaught|panic|\\w*(?:error|exception):'],
];

const PATTERNS = WORDS.map(
  ([category, words]) =>
    [category, new RegExp(`(?<![a-z0-9])(?:${words})(?![a-z0-9])`, 'i')] as const,
);

/** Characters of a message to search. */
const MAX_LENGTH = 1_000;

/** Absolute paths are ignored: a file name does not describe the error. */
const PATH = /(^|[\s"'(=])\/[^\s"')]*/g;

/** The category of an error: `exception` if it has a stack trace, else by its words. */
export function classify({ logger = '', message, exception }: LogRecord): Category {
  if (exception) return 'exception';
  const text = `${logger} ${message.slice(0, MAX_LENGTH).replace(PATH, '$1')}`;
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}
