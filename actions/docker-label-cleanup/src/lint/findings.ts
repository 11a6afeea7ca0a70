import type { Labels } from '@repo/docker/json';
import { describeGroup, meets, type Selector } from '../selector.ts';
import type { ComposeFile, Service, SharedPlace } from './compose-file.ts';

/** Something in a compose file because of which a clean-up would leave or take too much. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly kind: 'missing-labels' | 'shared';
  readonly message: string;
}

/**
 * What makes a clean-up by these labels incomplete or dangerous: objects that have none of them,
 * and volumes or folders that those who have them share with those who have not.
 */
export function findingsIn(files: readonly ComposeFile[], selector: Selector): readonly Finding[] {
  return [...files.flatMap((file) => missingLabels(file, selector)), ...shared(files, selector)];
}

function missingLabels(file: ComposeFile, selector: Selector): readonly Finding[] {
  const wanted = selector.map(describeGroup).join(', or ');
  const finding = (line: number, what: string): Finding => ({
    file: file.path,
    line,
    kind: 'missing-labels',
    message: `${what} has no label that tells its environment; give it ${wanted}, or another value`,
  });
  return [
    ...file.services.flatMap(({ name, line, labels, buildLabels }) => [
      ...(isLabelled(labels, selector) ? [] : [finding(line, `service ${name}`)]),
      ...(buildLabels === undefined || isLabelled(buildLabels, selector)
        ? []
        : [finding(line, `the image that service ${name} builds (build.labels)`)]),
    ]),
    ...file.resources
      .filter(({ labels }) => !isLabelled(labels, selector))
      .map(({ kind, name, line }) => finding(line, `${kind} ${name}`)),
  ];
}

/** With another value, it is said to belong elsewhere: production needs no label of testing. */
function isLabelled(labels: Labels, selector: Selector): boolean {
  return selector.some((group) => group.every(({ key }) => labels.has(key)));
}

interface Use {
  readonly file: string;
  readonly service: Service;
  readonly mount: SharedPlace;
}

function shared(files: readonly ComposeFile[], selector: Selector): readonly Finding[] {
  const uses = files.flatMap(({ path, services }) =>
    services.flatMap((service) =>
      service.mounts.map((mount): Use => ({ file: path, service, mount })),
    ),
  );
  const cleaned = uses.filter(({ service }) => isCleaned(service.labels, selector));
  const others = uses.filter(({ service }) => !isCleaned(service.labels, selector));
  return cleaned.flatMap((one) =>
    others
      .filter(({ mount }) => overlap(one.mount, mount))
      .map(({ file, service }) => ({
        file: one.file,
        line: one.service.line,
        kind: 'shared' as const,
        message: `service ${one.service.name}, which is cleaned up, shares the ${one.mount.kind} ${one.mount.place} with service ${service.name} of ${file}, which is not`,
      })),
  );
}

/** A value that holds a variable may be any. */
function isCleaned(labels: Labels, selector: Selector): boolean {
  const known = new Map([...labels].filter(([, value]) => !value.includes('$')));
  const open = [...labels.keys()].filter((key) => !known.has(key));
  return selector.some((group) =>
    meets(
      group.filter(({ key }) => !open.includes(key)),
      known,
    ),
  );
}

function overlap(one: SharedPlace, other: SharedPlace): boolean {
  if (one.kind !== other.kind) return false;
  if (one.place === other.place) return true;
  const within = (inner: string, outer: string) => inner.startsWith(`${outer.replace(/\/$/, '')}/`);
  return (
    one.kind === 'bind mount' && (within(one.place, other.place) || within(other.place, one.place))
  );
}
