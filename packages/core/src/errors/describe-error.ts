import { plain } from '../text/untrusted.ts';

/** How deep causes are followed, and how many of them are told side by side. */
const MOST = 5;

/**
 * An error and what caused it, in one line of harmless text: `reading report: EACCES: permission
 * denied`. Follows `cause` and the members of an AggregateError, at most five deep.
 *
 * @param redact takes the secrets out of each message, before it is cut
 */
export function describeError(error: unknown, redact = (message: string) => message): string {
  const parts: string[] = [];
  let level: readonly unknown[] = [error];
  for (let depth = 0; depth < MOST && level.length > 0; depth++) {
    const texts = level
      .map((one) => plain(redact(messageOf(one))))
      .filter((text) => text !== '' && !parts.some((part) => part.includes(text)));
    if (texts.length > 0) parts.push([...new Set(texts)].join('; '));
    level = level.flatMap(causesOf).slice(0, MOST);
  }
  return parts.join(': ');
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  // Taken when it is needed: importing the module would cost every start.
  if (!(error instanceof Error)) return process.getBuiltinModule('node:util').inspect(error);
  // The message of an AggregateError is often empty, and its name says nothing.
  return error.message || (membersOf(error).length > 0 ? '' : error.name);
}

function causesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [];
  const members = membersOf(error);
  return members.length > 0 || error.cause == null ? members : [error.cause];
}

function membersOf(error: Error): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [];
}
