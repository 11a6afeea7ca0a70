import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import { percentage } from '@repo/core/inputs/percentage';
import { findBuiltInRule, type ProtectLine, protectBy } from './selection/protect.ts';
import type { LabelRule, Selector } from './selection/selector.ts';

const SELECTOR_REMEDY =
  'Write key=value or key, one per line, without blank lines. All lines must match; a line "or" starts another group.';
const PROTECT_REMEDY =
  'Write key=value, key, name:glob, tag:glob or id:prefix, or disable a built-in rule with !production or !buildx.';

/** The line between two groups of labels. */
const OR = 'or';

/** `labels`: all lines of a group must match; a line `or` starts another group. */
export function labelSelector(): SyncParser<Selector> {
  return {
    verbatim: true,
    parse: (text) => {
      const groups: LabelRule[][] = [[]];
      parseLines(text, SELECTOR_REMEDY, (line, isLast) => {
        if (line !== OR) groups.at(-1)?.push(labelRule().parse(line));
        else if (groups.at(-1)?.length === 0) {
          throw new InvalidValue('has no labels before it', SELECTOR_REMEDY);
        } else if (isLast) throw new InvalidValue('has no labels after it', SELECTOR_REMEDY);
        else groups.push([]);
      });
      return groups;
    },
    empty: () => [],
  };
}

/** `key=value`, or `key` for any value. */
function labelRule(): SyncParser<LabelRule> {
  return {
    parse: (text) => {
      const separator = text.indexOf('=');
      const key = (separator < 0 ? text : text.slice(0, separator)).trim();
      const value = separator < 0 ? undefined : text.slice(separator + 1).trim();
      if (key === '') throw new InvalidValue('has no key before the "="', SELECTOR_REMEDY);
      // Docker reads `label!=x` as "without this label", which would select unrelated objects.
      if (key.endsWith('!')) {
        throw new InvalidValue('is an exclusion', 'Exclude objects with protect.');
      }
      if (value === '') {
        throw new InvalidValue(
          `has no value after "${key}=": is a variable not set?`,
          SELECTOR_REMEDY,
        );
      }
      return { key, value };
    },
  };
}

/** `protect`: one rule per line. */
export function protectLines(): SyncParser<readonly ProtectLine[]> {
  return {
    verbatim: true,
    parse: (text) => {
      const rules: ProtectLine[] = [];
      parseLines(text, PROTECT_REMEDY, (line) => rules.push(protectLine().parse(line)));
      return rules;
    },
    empty: () => [],
  };
}

/** `environment=production`, `name:prod-*`, `tag:*:v?`, `id:3f2a`, `!buildx` */
export function protectLine(): SyncParser<ProtectLine> {
  return {
    parse: (text) => {
      if (text.startsWith('!')) return { text, disables: parseDisabledRule(text.slice(1)) };
      const [, type = 'label', rest = text] = /^(name|tag|id|label):(.*)$/.exec(text) ?? [];
      const pattern = rest.trim();
      if (pattern === '') {
        throw new InvalidValue(
          `has no value after "${type}:": is a variable not set?`,
          PROTECT_REMEDY,
        );
      }
      if (type === 'label') return { text, protects: protectBy.label(labelRule().parse(pattern)) };
      return { text, protects: protectBy[type as 'name' | 'tag' | 'id'](pattern) };
    },
  };
}

function parseDisabledRule(name: string): string {
  const rule = findBuiltInRule(name);
  if (rule?.optional) return rule.name;
  throw new InvalidValue(
    rule ? 'cannot be disabled' : 'is not the name of a built-in rule',
    'Only !production and !buildx can be disabled.',
  );
}

/**
 * Parses every line, and rejects blank ones: an unset variable leaves a blank line, and dropping
 * that line would select another set of objects. Throws an InvalidValue with all problems.
 */
function parseLines(
  text: string,
  remedy: string,
  parse: (line: string, isLast: boolean) => void,
): void {
  // A YAML block ends with one line break.
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const problems: string[] = [];
  const remedies = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    try {
      if (line.trim() === '') throw new InvalidValue('is blank: is a variable not set?', remedy);
      parse(line.trim(), isLast);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      problems.push(lines.length === 1 ? error.message : `line ${index + 1} ${error.message}`);
      remedies.add(error.remedy);
    }
  }
  if (problems.length > 0) throw new InvalidValue(problems.join('; '), [...remedies].join(' '));
}

const RESOURCES = ['containers', 'images', 'networks', 'volumes', 'build-cache'] as const;
export type Resource = (typeof RESOURCES)[number];

/** `containers,images`; separated by commas or line breaks. */
export function resources(): SyncParser<ReadonlySet<Resource>> {
  return {
    parse: (text) => {
      const words = text.split(/[\s,]+/).filter((word) => word !== '');
      const unknown = words.filter((word) => !RESOURCES.some((resource) => resource === word));
      const remedy = `Write one or more of ${RESOURCES.join(', ')}, separated by commas.`;
      if (unknown.length > 0) {
        throw new InvalidValue(`has an unknown resource: ${unknown.join(', ')}`, remedy);
      }
      if (words.length === 0) throw new InvalidValue('does not name a resource', remedy);
      return new Set(words as Resource[]);
    },
  };
}

/** Fractions of the daemon's disk: removal starts above `start` and stops at `stop`. */
export interface DiskThreshold {
  readonly start: number;
  readonly stop: number;
}

/** `85%>80%` */
export function diskThreshold(): SyncParser<DiskThreshold> {
  const remedy = 'Write 85%>80% to start above 85% disk usage and stop at 80%.';
  return {
    parse: (text) => {
      const [high = '', low = '', ...more] = text.split('>').map((part) => part.trim());
      if (high === '' || low === '' || more.length > 0) {
        throw new InvalidValue('is not two percentages separated by ">"', remedy);
      }
      const start = percentage().parse(high);
      const stop = percentage().parse(low);
      if (stop > start) {
        throw new InvalidValue('has a second percentage above the first one', remedy);
      }
      return { start, stop };
    },
  };
}
