import { matchesGlob } from '@repo/core/text/glob';
import { type DockerObject, getRepository } from './docker-object.ts';
import { type LabelRule, matchesLabels } from './selector.ts';

/** A rule that keeps an object, whatever selects it. */
export interface ProtectRule {
  /** The line of the input, or the name of a built-in rule. */
  readonly text: string;
  readonly protects: ProtectMatcher;
}

/** @param self IDs, or prefixes of IDs, of the container that the action runs in */
export type ProtectMatcher = (object: DockerObject, self: readonly string[]) => boolean;

/** A line of `protect`: a rule, or a built-in rule to disable. */
export type ProtectLine = ProtectRule | { readonly text: string; readonly disables: string };

export const protectBy = {
  label: (rule: LabelRule): ProtectMatcher => {
    return ({ labels }) => matchesLabels([rule], labels);
  },
  name: (glob: string): ProtectMatcher => {
    return (object) => getNames(object).some((name) => matchesGlob(glob, name));
  },
  tag: (glob: string): ProtectMatcher => {
    return ({ reference }) => reference !== undefined && matchesTag(glob, reference);
  },
  id: (prefix: string): ProtectMatcher => {
    return ({ kind, id }) =>
      kind !== 'volume' && stripAlgorithm(id).startsWith(stripAlgorithm(prefix));
  },
};

interface BuiltInRule {
  readonly name: string;
  /** Whether `!name` disables it. */
  readonly optional: boolean;
  readonly protects: ProtectMatcher;
}

const BUILT_IN_RULES: readonly BuiltInRule[] = [
  {
    name: 'self',
    optional: false,
    protects: ({ kind, id }, self) =>
      kind === 'container' && self.some((prefix) => id.startsWith(prefix)),
  },
  {
    // GitHub's runner labels the job's container, services and networks with six hex digits (a hash
    // of its folder), and has its own names for its networks and the images of container actions.
    name: 'runner',
    optional: false,
    protects: ({ kind, name, reference, labels }) =>
      [...labels].some(([key, value]) => value === '' && /^[0-9a-f]{6}$/.test(key)) ||
      (kind === 'network' && name.startsWith('github_network_')) ||
      (reference !== undefined && /^[0-9a-f]{6}:[0-9a-f]{32}$/.test(reference)),
  },
  { name: 'predefined', optional: false, protects: ({ predefined }) => predefined },
  {
    // A builder is a container and a volume that outlive the job. Removing them empties its cache.
    name: 'buildx',
    optional: true,
    protects: ({ kind, name }) =>
      (kind === 'container' || kind === 'volume') && name.startsWith('buildx_buildkit_'),
  },
  {
    // Swarm replaces a removed container at once. The service has to be removed instead.
    name: 'swarm',
    optional: false,
    protects: ({ kind, labels }) => kind === 'container' && labels.has('com.docker.swarm.task.id'),
  },
  {
    // Labels belong to the image: `app:production` has the same labels as `app:testing` beside it.
    name: 'production',
    optional: true,
    protects: ({ reference }) =>
      reference !== undefined &&
      /(^|[^a-z0-9])(prod|production)([^a-z0-9]|$)/i.test(getTag(reference)),
  },
];

export function findBuiltInRule(name: string): BuiltInRule | undefined {
  return BUILT_IN_RULES.find((rule) => rule.name === name);
}

/** The rules of the input, and the built-in rules that are not disabled. */
export function createProtectRules(lines: readonly ProtectLine[]): readonly ProtectRule[] {
  const disabled = new Set(lines.flatMap((line) => ('disables' in line ? [line.disables] : [])));
  return [
    ...lines.filter((line) => 'protects' in line),
    ...BUILT_IN_RULES.filter(({ name }) => !disabled.has(name)).map(({ name, protects }) => ({
      text: `built-in: ${name}`,
      protects,
    })),
  ];
}

/** Whether a glob matches `repository:tag`, or the tag alone. */
export function matchesTag(glob: string, reference: string): boolean {
  return matchesGlob(glob, reference) || matchesGlob(glob, getTag(reference));
}

/** The name; for an image also its repository, and the last part of that. */
function getNames({ kind, name, reference }: DockerObject): readonly string[] {
  if (kind !== 'image' || reference === undefined) return [name];
  const repository = getRepository(reference);
  return [name, repository, repository.slice(repository.lastIndexOf('/') + 1)];
}

/** `app:1.2` → `1.2`; empty for a digest. */
function getTag(reference: string): string {
  return reference.includes('@') ? '' : reference.slice(getRepository(reference).length + 1);
}

function stripAlgorithm(id: string): string {
  return id.replace(/^sha256:/, '');
}
