import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { Labels } from '@repo/docker/json';
import { readUnbroken } from './unbroken-lines.ts';

/** A label that an object has to have; without a value, any will do. */
export interface LabelRule {
  readonly key: string;
  readonly value: string | undefined;
}

/** Labels that all have to be there. */
export type Group = readonly LabelRule[];

/** Groups of which one is enough. Never empty, nor is any of its groups: that would be everything. */
export type Selector = readonly Group[];

const REMEDY =
  'Write key=value or key, one a line; all have to match, a line "or" begins another group; no blank lines.';

/** The line between two groups. */
const OR = 'or';

/** `labels`: lines are ANDed, a line `or` starts another group. */
export function selector(): SyncParser<Selector> {
  return {
    verbatim: true,
    parse: (given) => {
      const groups: LabelRule[][] = [[]];
      readUnbroken(given, REMEDY, (line, isLast) => {
        if (line !== OR) groups.at(-1)?.push(labelRule().parse(line));
        else if (groups.at(-1)?.length === 0)
          throw new InvalidValue('has no labels before it', REMEDY);
        else if (isLast) throw new InvalidValue('has no labels after it', REMEDY);
        else groups.push([]);
      });
      return groups;
    },
    empty: () => [],
  };
}

/** `key=value`, or `key` for any value. */
export function labelRule(): SyncParser<LabelRule> {
  return {
    parse: (given) => {
      const at = given.indexOf('=');
      const key = (at < 0 ? given : given.slice(0, at)).trim();
      const value = at < 0 ? undefined : given.slice(at + 1).trim();
      if (key === '') throw new InvalidValue('has no key before the "="', REMEDY);
      // Docker reads `label!=x` as "without"; here it would select what nobody means.
      if (key.endsWith('!')) {
        throw new InvalidValue('excludes, which is what protect is for', REMEDY);
      }
      if (value === '') {
        throw new InvalidValue(`has nothing after "${key}=": is a variable not set?`, REMEDY);
      }
      return { key, value };
    },
  };
}

/** Whether all of a group's labels are there. */
export function meets(group: Group, labels: Labels): boolean {
  return group.every(({ key, value }) =>
    value === undefined ? labels.has(key) : labels.get(key) === value,
  );
}

export function describeGroup(group: Group): string {
  return group.map(describeRule).join(' and ');
}

export function describeRule({ key, value }: LabelRule): string {
  return value === undefined ? key : `${key}=${value}`;
}
