import { plain } from '../untrusted.ts';

/**
 * An error and what caused it, in one line of harmless text: `reading report: EACCES: permission
 * denied`. Follows `cause` and the members of an AggregateError, at most five deep.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let next: unknown = error; next !== undefined && parts.length < 5; ) {
    const text = plain(next instanceof Error ? next.message || next.name : String(next));
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
    next =
      next instanceof AggregateError
        ? next.errors[0]
        : next instanceof Error
          ? next.cause
          : undefined;
  }
  return parts.join(': ');
}
