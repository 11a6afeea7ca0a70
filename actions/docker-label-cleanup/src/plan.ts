import { formatDuration } from '@repo/core/inputs/duration';
import type { Labels } from '@repo/docker/json';
import { graphOf, usersThatStay } from './graph.ts';
import { matchesTag, type ProtectRule } from './protect.ts';
import { describeGroup, type Group, meets, type Selector } from './selector.ts';
import {
  containerSubject,
  imageSubjects,
  type Kind,
  keyOf,
  networkSubject,
  repositoryOf,
  type Subject,
  volumeSubject,
  type World,
} from './subject.ts';

/** What the user wants to be rid of, and what to keep of it. */
export interface Policy {
  readonly selector: Selector;
  /** Labels that have to be there besides; of the run or the set-up that owns them. */
  readonly owner: Group;
  /** Globs of tags that may be removed. */
  readonly tags: readonly string[];
  readonly protect: readonly ProtectRule[];
  readonly labelSource: 'any' | 'own';
  readonly kinds: ReadonlySet<Kind>;
  readonly running: 'remove' | 'skip';
  readonly minAgeMs: number;
  readonly keepLast: number;
  readonly anonymousVolumes: boolean;
  /** Whether the order is by age alone, as far as users allow it, instead of by kind and age. */
  readonly oldestFirst: boolean;
  /** What a plan file allows: fingerprints by the keys of subjects. Without it, everything. */
  readonly approved?: ReadonlyMap<string, string>;
}

/** What is to become of a subject, and by which rule. */
export type Fate =
  | { readonly kind: 'remove'; readonly rule: string }
  | { readonly kind: 'unselected' }
  | { readonly kind: 'protected'; readonly rule: string }
  | { readonly kind: 'kept'; readonly rule: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'too-young'; readonly rule: string }
  | { readonly kind: 'changed'; readonly what: string }
  | { readonly kind: 'in-use'; readonly by: string };

export interface Decision {
  readonly subject: Subject;
  readonly fate: Fate;
}

export interface Step {
  readonly subject: Subject;
  /** What selected it. */
  readonly rule: string;
  /** Keys of subjects that use it; each of them has to be gone before. */
  readonly after: readonly string[];
  /** Of a container: whether its anonymous volumes go with it. */
  readonly withVolumes: boolean;
}

export interface Plan {
  /** Everything that was looked at. */
  readonly decisions: readonly Decision[];
  /** What is removed, users before what they use. */
  readonly steps: readonly Step[];
}

/** Decides about everything on the daemon. */
export function plan(world: World, policy: Policy): Plan {
  const subjects = subjectsOf(world);
  const fates = new Map<string, Fate>();
  for (const subject of subjects) fates.set(keyOf(subject), judge(subject, world, policy));
  keepNewest(subjects, fates, policy.keepLast);

  const graph = graphOf(world, subjects, policy.oldestFirst);
  // Users come first: whether an image stays is only known when its containers are.
  for (const subject of graph.ordered) {
    const fate = fates.get(keyOf(subject));
    if (fate?.kind !== 'remove') continue;
    const user = usersThatStay(
      subject,
      graph,
      (one) => fates.get(keyOf(one))?.kind !== 'remove',
    )[0];
    if (user) fates.set(keyOf(subject), { kind: 'in-use', by: `${user.kind} ${user.name}` });
  }

  const keptVolumes = new Set(
    subjects
      .filter((subject) => subject.kind === 'volume' && protectedBy(subject, world, policy))
      .map(({ id }) => id),
  );
  const goes = (subject: Subject) => fates.get(keyOf(subject))?.kind === 'remove';
  return {
    decisions: subjects.map((subject) => ({
      subject,
      fate: fates.get(keyOf(subject)) ?? { kind: 'unselected' },
    })),
    steps: graph.ordered.flatMap((subject) => {
      const fate = fates.get(keyOf(subject));
      if (fate?.kind !== 'remove') return [];
      return [
        {
          subject,
          rule: fate.rule,
          after: graph.usersOf(subject).filter(goes).map(keyOf),
          withVolumes:
            policy.anonymousVolumes && !subject.volumes.some((name) => keptVolumes.has(name)),
        },
      ];
    }),
  };
}

/** What becomes of a subject by itself, whoever uses it. */
export function judge(
  subject: Subject,
  { nowMs, self }: Pick<World, 'nowMs' | 'self'>,
  policy: Policy,
): Fate {
  const rule = policy.kinds.has(subject.kind) ? selectedBy(subject, policy) : undefined;
  if (rule === undefined) return { kind: 'unselected' };
  const protection = protectedBy(subject, { self }, policy);
  if (protection !== undefined) return { kind: 'protected', rule: protection };
  if (subject.running && policy.running === 'skip') return { kind: 'running' };
  if (policy.minAgeMs > 0) {
    const { bornMs, pulled } = subject;
    if (bornMs === undefined) return { kind: 'too-young', rule: 'its age is unknown' };
    if (pulled) return { kind: 'too-young', rule: 'nobody knows when it was pulled' };
    const ageMs = nowMs - bornMs;
    if (ageMs < policy.minAgeMs) {
      return { kind: 'too-young', rule: `${formatDuration(Math.max(0, ageMs))} old` };
    }
  }
  return approval(subject, policy) ?? { kind: 'remove', rule };
}

/** Why a plan file does not allow a removal. */
function approval(subject: Subject, { approved }: Policy): Fate | undefined {
  if (!approved) return undefined;
  const fingerprint = approved.get(keyOf(subject));
  if (fingerprint === undefined) return { kind: 'kept', rule: 'not in the plan file' };
  if (fingerprint === fingerprintOf(subject)) return undefined;
  return { kind: 'changed', what: 'it is not what the plan file describes' };
}

/**
 * What a subject was when a plan file was written, as text. The names of volumes can be used again:
 * their date counts as well.
 */
export function fingerprintOf({ kind, name, running, labels, bornMs }: Subject): string {
  return JSON.stringify([name, running, [...labels].sort(), kind === 'volume' ? bornMs : null]);
}

function selectedBy(subject: Subject, policy: Policy): string | undefined {
  const { reference, labels, ownLabels } = subject;
  const isOtherTag =
    reference !== undefined && !policy.tags.some((glob) => matchesTag(glob, reference));
  if (isOtherTag) return undefined;
  return groupFor(policy.labelSource === 'own' ? ownLabels : labels, policy);
}

/**
 * What selects by labels: a group of the selector together with the owner, or the owner alone where
 * there is no selector. Without either, nothing does.
 */
export function groupFor(
  labels: Labels,
  { selector, owner }: Pick<Policy, 'selector' | 'owner'>,
): string | undefined {
  const groups = selector.length === 0 ? [[]] : selector;
  const group = groups
    .map((rules) => [...rules, ...owner])
    .find((rules) => rules.length > 0 && meets(rules, labels));
  return group && describeGroup(group);
}

function protectedBy(
  subject: Subject,
  { self }: Pick<World, 'self'>,
  { protect }: Policy,
): string | undefined {
  return protect.find(({ protects }) => protects(subject, self))?.text;
}

/** Takes the newest ones of each kind, of images of each repository, out again. */
function keepNewest(subjects: readonly Subject[], fates: Map<string, Fate>, count: number): void {
  if (count === 0) return;
  const sets = Map.groupBy(
    subjects.filter((subject) => {
      const kind = fates.get(keyOf(subject))?.kind;
      return kind === 'remove' || kind === 'too-young' || kind === 'running';
    }),
    ({ kind, reference }) =>
      kind === 'image' && reference !== undefined ? `image ${repositoryOf(reference)}` : kind,
  );
  for (const set of sets.values()) {
    const newest = set.toSorted(
      (a, b) =>
        // An unknown age counts as new, so that what may be new is kept.
        (b.bornMs ?? Number.MAX_VALUE) - (a.bornMs ?? Number.MAX_VALUE) ||
        (a.name < b.name ? 1 : -1),
    );
    for (const subject of newest.slice(0, count)) {
      if (fates.get(keyOf(subject))?.kind === 'remove') {
        fates.set(keyOf(subject), { kind: 'kept', rule: `keep-last ${count}` });
      }
    }
  }
}

function subjectsOf(world: World): readonly Subject[] {
  const images = new Map(world.images.map((image) => [image.id, image]));
  return [
    ...world.containers.map((container) => containerSubject(container, images)),
    ...world.images.flatMap((image) => imageSubjects(image, world.taggedMs.get(image.id), images)),
    ...world.networks.map(networkSubject),
    ...world.volumes.map(volumeSubject),
  ];
}
