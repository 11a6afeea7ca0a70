import type { Labels } from '@repo/docker/json';

/** A label that an object must have; without a value, any value matches. */
export interface LabelRule {
  readonly key: string;
  readonly value: string | undefined;
}

/** Labels that must all match. */
export type LabelGroup = readonly LabelRule[];

/** Groups of which at least one must match. A group is never empty: it would match every object. */
export type Selector = readonly LabelGroup[];

export function matchesLabels(group: LabelGroup, labels: Labels): boolean {
  return group.every(({ key, value }) =>
    value === undefined ? labels.has(key) : labels.get(key) === value,
  );
}

export function describeSelector(selector: Selector): string {
  return selector.map(describeGroup).join(', or ');
}

export function describeGroup(group: LabelGroup): string {
  return group.map(describeRule).join(' and ');
}

export function describeRule({ key, value }: LabelRule): string {
  return value === undefined ? key : `${key}=${value}`;
}
