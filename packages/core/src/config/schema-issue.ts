import type { GenericIssue } from 'valibot';
import type { InputProblem } from '../errors/input-error.ts';
import { plain } from '../text/untrusted.ts';

/** Longest value that is shown, so that what is wrong with it is seen as well. */
const LONGEST_VALUE = 80;

/** What the schema library expects, in the words of a remedy. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['Array', 'a list (- item)'],
  ['Object', 'a mapping (name: value)'],
]);

/**
 * The issues that tell a user most. A choice of shapes (`union`) hides what is wrong in the one
 * that was meant: of those, only the shapes that are of another type altogether are left out.
 */
export function meantIssues(issue: GenericIssue): readonly GenericIssue[] {
  const nested = (issue.issues ?? []).flatMap(meantIssues).filter((inner) => inner.path);
  if (nested.length === 0) return [issue];
  return nested.map((inner) => ({
    ...inner,
    path: [...(issue.path ?? []), ...(inner.path ?? [])] as NonNullable<GenericIssue['path']>,
  }));
}

/** Whether the issue is a key that the schema does not know. */
export function isUnknownKey(issue: GenericIssue): boolean {
  return isAboutKey(issue) && issue.expected === 'never';
}

/** What the key or value at the end of the issue's path belongs to. */
export function ownerOf(issue: GenericIssue): Record<string, unknown> | undefined {
  return issue.path?.at(-1)?.input as Record<string, unknown> | undefined;
}

/** The keys from the whole down to what the issue is about. */
export function keysTo(issue: GenericIssue): readonly string[] {
  const keys = (issue.path ?? []).map(({ key }) => String(key));
  return isListForMapping(issue) ? keys.slice(0, -1) : keys;
}

/** The issue as a mistake of the user. */
export function problemOf(issue: GenericIssue, where: string): InputProblem {
  const name = keysTo(issue).join('.');
  const [what, remedy] = issue.message.split('\n', 2) as [string, string?];
  const isCustom = !/^Invalid \w+( \w+)?: (Expected|Received) /.test(what);
  const told = (problem: string, itsRemedy: string) => ({
    where,
    problem: name === '' ? problem : `${name} ${problem}`,
    remedy: isCustom ? (remedy ?? what) : itsRemedy,
  });

  if (isListForMapping(issue)) return told('is a list', remedyFor('Object'));
  if (isUnknownKey(issue)) {
    return told('is not a known key', 'Remove it, or check its spelling.');
  }
  if (issue.input === undefined) return told('is missing', 'Add it.');
  const given = isScalar(issue.input) ? `"${plain(String(issue.input), LONGEST_VALUE)}" ` : '';
  if (isCustom && remedy !== undefined) return told(`${given}${what}`, remedy);
  return told(
    issue.input === null ? 'is empty' : `${given}is not valid`,
    issue.kind === 'schema' ? remedyFor(issue.expected) : expectation(issue.expected),
  );
}

/** The library takes a list for a mapping whose keys are 0, 1, 2. */
function isListForMapping(issue: GenericIssue): boolean {
  return isAboutKey(issue) && Array.isArray(ownerOf(issue));
}

function isAboutKey(issue: GenericIssue): boolean {
  return /^(strict_|loose_)?object$/.test(issue.type) && issue.path?.at(-1)?.origin === 'key';
}

/** `(string | Object)` → `Write text or a mapping (name: value).` */
function remedyFor(expected: string | null): string {
  if (expected === null) return 'Write another value.';
  if (expected === 'never') return 'Remove it.';
  const choices = expected.replace(/^\((.*)\)$/, '$1').split(' | ');
  return `Write ${choices.map((one) => WORDS.get(one) ?? one).join(' or ')}.`;
}

function expectation(expected: string | null): string {
  return expected === null ? 'Write another value.' : `Expected ${expected}.`;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
