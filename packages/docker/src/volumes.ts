import type { Docker } from './client.ts';
import type { Filters } from './containers.ts';
import { type Labels, labelsAt, listAt, textAt, timeAt } from './json.ts';
import { type Removal, requestJson, requestOptional, requestRemoval } from './requests.ts';

/** A volume. It has no ID, and a new volume may reuse its name. */
export interface Volume {
  readonly name: string;
  readonly driver: string;
  /** Epoch milliseconds; changes when the top folder of the volume changes. */
  readonly createdMs: number | undefined;
  readonly labels: Labels;
}

export async function listVolumes(docker: Docker, filters?: Filters): Promise<readonly Volume[]> {
  const response = await requestJson(docker, { path: '/volumes', query: { filters } });
  return listAt(response, 'Volumes').map(volume);
}

/** Finds a volume by name; `undefined` if none exists. */
export async function inspectVolume(docker: Docker, name: string): Promise<Volume | undefined> {
  const raw = await requestOptional(docker, { path: toPath(name) });
  return raw === undefined ? undefined : volume(raw);
}

export function removeVolume(docker: Docker, name: string): Promise<Removal> {
  return requestRemoval(docker, { path: toPath(name) });
}

function volume(item: unknown): Volume {
  return {
    name: textAt(item, 'Name'),
    driver: textAt(item, 'Driver'),
    createdMs: timeAt(item, 'CreatedAt'),
    labels: labelsAt(item, 'Labels'),
  };
}

function toPath(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}
