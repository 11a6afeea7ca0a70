import { formatDuration } from '@repo/core/inputs/duration';
import type { Labels } from '@repo/docker/json';
import {
  computeFingerprint,
  type DockerObject,
  getKey,
  type Inventory,
  type Kind,
} from './docker-object.ts';
import { matchesTag, type ProtectRule } from './protect.ts';
import { describeGroup, type LabelGroup, matchesLabels, type Selector } from './selector.ts';

/** What to remove and what to keep, from the inputs. */
export interface Policy {
  readonly selector: Selector;
  /** Labels of the owning run or setup step, which must match as well. */
  readonly owner: LabelGroup;
  /** Globs of tags that may be removed. */
  readonly tags: readonly string[];
  readonly protect: readonly ProtectRule[];
  readonly labelSource: 'any' | 'own';
  readonly kinds: ReadonlySet<Kind>;
  readonly running: 'remove' | 'skip';
  readonly minAgeMs: number;
  readonly keepLast: number;
  readonly anonymousVolumes: boolean;
  /** Order by age only, as far as dependencies allow it, instead of by kind and age. */
  readonly oldestFirst: boolean;
  /** Object key → fingerprint of what a plan file allows. Without it, everything is allowed. */
  readonly approved?: ReadonlyMap<string, string>;
}

/** What to do with an object. */
export interface Decision {
  readonly kind:
    | 'remove'
    | 'unselected'
    | 'protected'
    | 'kept'
    | 'running'
    | 'too-young'
    | 'changed'
    | 'in-use';
  /** The rule, the label group or the user of the object. */
  readonly reason: string;
}

/** Decides about one object, without regard to what uses it. */
export function decide(
  object: DockerObject,
  { nowMs, self }: Pick<Inventory, 'nowMs' | 'self'>,
  policy: Policy,
): Decision {
  const group = policy.kinds.has(object.kind) ? findSelection(object, policy) : undefined;
  if (group === undefined) return { kind: 'unselected', reason: 'no label group matches' };
  const protection = findProtection(object, self, policy);
  if (protection !== undefined) return { kind: 'protected', reason: protection };
  if (object.running && policy.running === 'skip') {
    return { kind: 'running', reason: 'it is running' };
  }
  return (
    checkAge(object, nowMs, policy) ??
    checkApproval(object, policy) ?? { kind: 'remove', reason: group }
  );
}

function checkAge(
  { createdMs, pulled }: DockerObject,
  nowMs: number,
  { minAgeMs }: Policy,
): Decision | undefined {
  if (minAgeMs === 0) return undefined;
  if (createdMs === undefined) return { kind: 'too-young', reason: 'its age is unknown' };
  if (pulled) return { kind: 'too-young', reason: 'its pull time is unknown' };
  const ageMs = nowMs - createdMs;
  if (ageMs >= minAgeMs) return undefined;
  return { kind: 'too-young', reason: `${formatDuration(Math.max(0, ageMs))} old` };
}

function checkApproval(object: DockerObject, { approved }: Policy): Decision | undefined {
  if (!approved) return undefined;
  const fingerprint = approved.get(getKey(object));
  if (fingerprint === undefined) return { kind: 'kept', reason: 'not in the plan file' };
  if (fingerprint === computeFingerprint(object)) return undefined;
  return { kind: 'changed', reason: 'it differs from the plan file' };
}

function findSelection(object: DockerObject, policy: Policy): string | undefined {
  const { reference, labels, ownLabels } = object;
  if (reference !== undefined && !policy.tags.some((glob) => matchesTag(glob, reference))) {
    return undefined;
  }
  return findMatchingGroup(policy.labelSource === 'own' ? ownLabels : labels, policy);
}

/**
 * The label group that selects an object: a group of the selector together with the owner, or the
 * owner alone without a selector. Without both, nothing is selected.
 */
export function findMatchingGroup(
  labels: Labels,
  policy: Pick<Policy, 'selector' | 'owner'>,
): string | undefined {
  const group = getLabelGroups(policy).find(
    (rules) => rules.length > 0 && matchesLabels(rules, labels),
  );
  return group && describeGroup(group);
}

/** The groups of the selector, each with the labels of the owner. */
export function getLabelGroups({
  selector,
  owner,
}: Pick<Policy, 'selector' | 'owner'>): readonly LabelGroup[] {
  return (selector.length === 0 ? [[]] : selector).map((group) => [...group, ...owner]);
}

/** The rule that protects an object. */
export function findProtection(
  object: DockerObject,
  self: readonly string[],
  { protect }: Pick<Policy, 'protect'>,
): string | undefined {
  return protect.find(({ protects }) => protects(object, self))?.text;
}
