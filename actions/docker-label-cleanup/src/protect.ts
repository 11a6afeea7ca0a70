import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import { matchesGlob } from '@repo/core/text/glob';
import { labelRule, meets } from './selector.ts';
import { repositoryOf, type Subject } from './subject.ts';
import { readUnbroken } from './unbroken-lines.ts';

/** What keeps a subject whatever selects it. */
export interface ProtectRule {
  /** As the user wrote it, or the name of a built-in rule. */
  readonly text: string;
  readonly protects: (subject: Subject, self: readonly string[]) => boolean;
}

/** A line of `protect`: a rule, or a built-in one to leave out. */
export type ProtectLine = ProtectRule | { readonly text: string; readonly leavesOut: string };

const REMEDY =
  'Write key=value, key, name:glob, tag:glob, id:prefix, or !production, !buildx to leave out a built-in rule.';

/** `protect`: a rule a line. */
export function protectLines(): SyncParser<readonly ProtectLine[]> {
  return {
    verbatim: true,
    parse: (given) => {
      const rules: ProtectLine[] = [];
      readUnbroken(given, REMEDY, (line) => rules.push(protectLine().parse(line)));
      return rules;
    },
    empty: () => [],
  };
}

/** `environment=production`, `name:prod-*`, `tag:*:v?`, `id:3f2a`, `!buildx` */
export function protectLine(): SyncParser<ProtectLine> {
  return {
    parse: (text) => {
      if (text.startsWith('!')) {
        const rule = BUILT_IN.find(({ name }) => name === text.slice(1));
        if (!rule?.optional) {
          throw new InvalidValue(
            rule ? 'cannot be left out' : 'names no built-in rule',
            'Only !production and !buildx can be left out.',
          );
        }
        return { text, leavesOut: rule.name };
      }
      const [, type = 'label', rest = text] = /^(name|tag|id|label):(.*)$/.exec(text) ?? [];
      const pattern = rest.trim();
      if (pattern === '') {
        throw new InvalidValue(`has nothing after "${type}:": is a variable not set?`, REMEDY);
      }
      const protects = RULES[type as keyof typeof RULES](pattern);
      return { text, protects };
    },
  };
}

const RULES = {
  label: (pattern: string): ProtectRule['protects'] => {
    const rule = labelRule().parse(pattern);
    return ({ labels }) => meets([rule], labels);
  },
  name: (pattern: string): ProtectRule['protects'] => {
    return (subject) => namesOf(subject).some((name) => matchesGlob(pattern, name));
  },
  tag: (pattern: string): ProtectRule['protects'] => {
    return ({ reference }) => reference !== undefined && matchesTag(pattern, reference);
  },
  id: (pattern: string): ProtectRule['protects'] => {
    return ({ kind, id }) => kind !== 'volume' && bareId(id).startsWith(bareId(pattern));
  },
};

interface BuiltIn {
  readonly name: string;
  readonly optional: boolean;
  readonly protects: ProtectRule['protects'];
}

const BUILT_IN: readonly BuiltIn[] = [
  {
    // The container that this very action runs in.
    name: 'self',
    optional: false,
    protects: ({ kind, id }, self) =>
      kind === 'container' && self.some((prefix) => id.startsWith(prefix)),
  },
  {
    // GitHub's runner labels the job's container, services and networks with six hex digits of its
    // folder's hash, and names its networks and the images of container actions its own way.
    name: 'runner',
    optional: false,
    protects: ({ kind, name, reference, labels }) =>
      [...labels].some(([key, value]) => value === '' && /^[0-9a-f]{6}$/.test(key)) ||
      (kind === 'network' && name.startsWith('github_network_')) ||
      (reference !== undefined && /^[0-9a-f]{6}:[0-9a-f]{32}$/.test(reference)),
  },
  { name: 'predefined', optional: false, protects: ({ predefined }) => predefined },
  {
    // A builder is a container and a volume that outlive the job; both come back empty.
    name: 'buildx',
    optional: true,
    protects: ({ kind, name }) =>
      (kind === 'container' || kind === 'volume') && name.startsWith('buildx_buildkit_'),
  },
  {
    // Swarm would start another one at once: to be rid of it, remove the service.
    name: 'swarm',
    optional: false,
    protects: ({ kind, labels }) => kind === 'container' && labels.has('com.docker.swarm.task.id'),
  },
  {
    // Labels belong to the image, so that `app:production` has those of `app:testing` beside it.
    name: 'production',
    optional: true,
    protects: ({ reference }) =>
      reference !== undefined &&
      /(^|[^a-z0-9])(prod|production)([^a-z0-9]|$)/i.test(tagOf(reference)),
  },
];

/** The user's rules, and the built-in ones that were not left out. */
export function protectRules(lines: readonly ProtectLine[]): readonly ProtectRule[] {
  const leftOut = new Set(lines.flatMap((line) => ('leavesOut' in line ? [line.leavesOut] : [])));
  return [
    ...lines.filter((line) => 'protects' in line),
    ...BUILT_IN.filter(({ name }) => !leftOut.has(name)).map(({ name, protects }) => ({
      text: `built-in: ${name}`,
      protects,
    })),
  ];
}

/** Whether a glob matches `repository:tag`, or the tag alone. */
export function matchesTag(glob: string, reference: string): boolean {
  return matchesGlob(glob, reference) || matchesGlob(glob, tagOf(reference));
}

/** Whole names and, of an image, also its repository and the last part of that. */
function namesOf({ kind, name, reference }: Subject): readonly string[] {
  if (kind !== 'image' || reference === undefined) return [name];
  const repository = repositoryOf(reference);
  return [name, repository, repository.slice(repository.lastIndexOf('/') + 1)];
}

/** `app:1.2` → `1.2`; empty for a digest. */
function tagOf(reference: string): string {
  return reference.includes('@') ? '' : reference.slice(repositoryOf(reference).length + 1);
}

function bareId(id: string): string {
  return id.replace(/^sha256:/, '');
}
