import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import type { Labels } from '@repo/docker/json';
import { describeSelector, matchesLabels, type Selector } from '../selection/selector.ts';
import {
  type ComposeFile,
  parseComposeFile,
  type Service,
  type SharedMount,
} from './compose-file.ts';

/** A problem of a compose file: an object without labels, or a mount shared with kept services. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly kind: 'missing-labels' | 'shared';
  readonly message: string;
}

/** Checks compose files. Throws an InputError for a file that cannot be read or is not valid YAML. */
export async function lintComposeFiles(
  paths: readonly string[],
  workspace: string,
  selector: Selector,
): Promise<readonly Finding[]> {
  const files = await Promise.all(paths.map((path) => readComposeFile(path, workspace)));
  return [
    ...files.flatMap((file) => findMissingLabels(file, selector)),
    ...findShared(files, selector),
  ];
}

async function readComposeFile(path: string, workspace: string): Promise<ComposeFile> {
  const absolute = resolve(workspace, path);
  const text = await readFile(absolute, 'utf8').catch((error) => {
    throw new InputError([unreadableFile('compose-files', path, error)]);
  });
  return parseComposeFile(text, path, absolute);
}

function findMissingLabels(file: ComposeFile, selector: Selector): readonly Finding[] {
  const labels = describeSelector(selector);
  const createFinding = (line: number, object: string): Finding => ({
    file: file.path,
    line,
    kind: 'missing-labels',
    message: `${object} has no label for its environment. Add ${labels}, or the same key with another value`,
  });
  return [
    ...file.services.flatMap(({ name, line, labels: own, buildLabels }) => [
      ...(isLabelled(own, selector) ? [] : [createFinding(line, `service ${name}`)]),
      ...(buildLabels === undefined || isLabelled(buildLabels, selector)
        ? []
        : [createFinding(line, `the image that service ${name} builds (build.labels)`)]),
    ]),
    ...file.resources
      .filter((resource) => !isLabelled(resource.labels, selector))
      .map(({ kind, name, line }) => createFinding(line, `${kind} ${name}`)),
  ];
}

/** Any value counts: production has the key with its own value. */
function isLabelled(labels: Labels, selector: Selector): boolean {
  return selector.some((group) => group.every(({ key }) => labels.has(key)));
}

interface MountUse {
  readonly file: string;
  readonly service: Service;
  readonly mount: SharedMount;
}

/** Mounts that a service to clean up shares with a service to keep. */
function findShared(files: readonly ComposeFile[], selector: Selector): readonly Finding[] {
  const uses = files.flatMap(({ path, services }) =>
    services.flatMap((service) =>
      service.mounts.map((mount): MountUse => ({ file: path, service, mount })),
    ),
  );
  const cleanedUp = uses.filter(({ service }) => isCleanedUp(service.labels, selector));
  const kept = uses.filter(({ service }) => !isCleanedUp(service.labels, selector));
  return cleanedUp.flatMap((one) =>
    kept
      .filter(({ mount }) => overlap(one.mount, mount))
      .map(({ file, service }) => ({
        file: one.file,
        line: one.service.line,
        kind: 'shared' as const,
        message: `service ${one.service.name}, which is cleaned up, shares the ${one.mount.kind} ${one.mount.source} with service ${service.name} of ${file}, which is not`,
      })),
  );
}

/** A label whose value contains a variable may match. */
function isCleanedUp(labels: Labels, selector: Selector): boolean {
  const fixed = new Map([...labels].filter(([, value]) => !value.includes('$')));
  const isVariable = (key: string) => labels.has(key) && !fixed.has(key);
  return selector.some((group) =>
    matchesLabels(
      group.filter(({ key }) => !isVariable(key)),
      fixed,
    ),
  );
}

function overlap(one: SharedMount, other: SharedMount): boolean {
  if (one.kind !== other.kind) return false;
  if (one.source === other.source) return true;
  const isWithin = (inner: string, outer: string) =>
    inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  return (
    one.kind === 'bind mount' &&
    (isWithin(one.source, other.source) || isWithin(other.source, one.source))
  );
}
