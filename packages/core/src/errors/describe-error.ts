import { plain } from '../text/untrusted.ts';

/** Limits both the depth of causes and the number of causes at one level. */
const MAX_CAUSES = 5;

/** The message of Node's `fetch` if a proxy refuses a tunnel. */
const PROXY_REFUSAL = /^Proxy response \((\d+)\) !== 200/;
const REFUSED_BY_PROXY = 'the proxy refused the connection';

/**
 * Describes an error and its causes in one line of sanitized text: `reading report: EACCES: permission
 * denied`. Follows `cause` and the members of an AggregateError, at most five levels deep.
 *
 * @param redact removes secrets from each message before it is cut
 */
export function describeError(error: unknown, redact = (message: string) => message): string {
  const parts: string[] = [];
  let level: readonly unknown[] = [error];
  for (let depth = 0; depth < MAX_CAUSES && level.length > 0; depth++) {
    const texts = level
      .map((one) => plain(redact(getMessage(one))))
      .filter((text) => text !== '' && !parts.some((part) => part.includes(text)));
    if (texts.length > 0) parts.push([...new Set(texts)].join('; '));
    level = level.flatMap(getCauses).slice(0, MAX_CAUSES);
  }
  // The errors around it do not say more than that the request was cancelled.
  return parts.find((part) => part.startsWith(REFUSED_BY_PROXY)) ?? parts.join(': ');
}

function getMessage(error: unknown): string {
  if (typeof error === 'string') return error;
  // Loaded on demand, because an import would slow down every start.
  if (!(error instanceof Error)) return process.getBuiltinModule('node:util').inspect(error);
  const [, status] = PROXY_REFUSAL.exec(error.message) ?? [];
  if (status !== undefined) return `${REFUSED_BY_PROXY} with status ${status}`;
  // The message of an AggregateError is often empty, and its name is not helpful.
  return error.message || (getMembers(error).length > 0 ? '' : error.name);
}

function getCauses(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [];
  const members = getMembers(error);
  return members.length > 0 || error.cause == null ? members : [error.cause];
}

function getMembers(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [];
}
