import type { GenericIssue } from 'valibot';
import type { InputProblem } from '../errors/input-error.ts';
import { plain } from '../text/untrusted.ts';

/** Longer values are cut, so that the problem stays visible. */
const MAX_VALUE_LENGTH = 80;

/** The types of the schema library, as a remedy names them. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['Array', 'a list (- item)'],
  ['Object', 'a mapping (name: value)'],
]);

/**
 * The issues that help the user most. The issue of a `union` hides those of its options, so this
 * returns the issues of the options, except for options of another type.
 */
export function meantIssues(issue: GenericIssue): readonly GenericIssue[] {
  const nested = (issue.issues ?? []).flatMap(meantIssues).filter((inner) => inner.path);
  if (nested.length === 0) return [issue];
  return nested.map((inner) => ({
    ...inner,
    path: [...(issue.path ?? []), ...(inner.path ?? [])] as NonNullable<GenericIssue['path']>,
  }));
}

/** Whether the issue is an unknown key. */
export function isUnknownKey(issue: GenericIssue): boolean {
  return isAboutKey(issue) && issue.expected === 'never';
}

/** The kind of container of the key or value at the end of the path. */
export function getOwner(issue: GenericIssue): Record<string, unknown> | undefined {
  return issue.path?.at(-1)?.input as Record<string, unknown> | undefined;
}

/** The keys from the root of the data to the issue. */
export function keysTo(issue: GenericIssue): readonly string[] {
  const keys = (issue.path ?? []).map(({ key }) => String(key));
  return isListForMapping(issue) ? keys.slice(0, -1) : keys;
}

/** Converts an issue of the schema library to a problem. */
export function toProblem(issue: GenericIssue, where: string): InputProblem {
  const name = describePath(issue);
  const [what, remedy] = issue.message.split('\n', 2) as [string, string?];
  const isCustom = !/^Invalid \w+( \w+)?: (Expected|Received) /.test(what);
  const problemAt = (problem: string, itsRemedy: string) => ({
    where,
    problem: name === '' ? problem : `${name} ${problem}`,
    remedy: isCustom ? (remedy ?? what) : itsRemedy,
  });

  if (isListForMapping(issue)) return problemAt('is a list', remedyFor('Object'));
  if (isUnknownKey(issue)) {
    return problemAt('is not a known key', 'Remove it, or check its spelling.');
  }
  if (issue.input === undefined) return problemAt('is missing', 'Add it.');
  const given = isScalar(issue.input) ? `"${plain(String(issue.input), MAX_VALUE_LENGTH)}" ` : '';
  if (isCustom && remedy !== undefined) return problemAt(`${given}${what}`, remedy);
  return problemAt(
    issue.input === null ? 'is empty' : `${given}is not valid`,
    issue.kind === 'schema' ? remedyFor(issue.expected) : expectation(issue.expected),
  );
}

/** `http.url`, or `item 2: http.url` in a list. */
function describePath(issue: GenericIssue): string {
  const [first, ...rest] = keysTo(issue);
  if (first === undefined) return '';
  if (!Array.isArray(issue.path?.[0]?.input)) return [first, ...rest].join('.');
  const item = `item ${Number(first) + 1}`;
  return rest.length === 0 ? item : `${item}: ${rest.join('.')}`;
}

/** The library treats a list as a mapping with the keys 0, 1, 2. */
function isListForMapping(issue: GenericIssue): boolean {
  return isAboutKey(issue) && Array.isArray(getOwner(issue));
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
