import { type Removal, requestFound, requestJson, requestRemoval } from './answers.ts';
import type { Docker } from './client.ts';
import type { Filters } from './containers.ts';
import { type Labels, labelsAt, listAt, textAt, timeAt } from './json.ts';

/** A volume; it has no ID, so that another one may come to have its name. */
export interface Volume {
  readonly name: string;
  readonly driver: string;
  /** Epoch milliseconds; moves when the top folder of the volume changes. */
  readonly createdMs: number | undefined;
  readonly labels: Labels;
}

export async function listVolumes(docker: Docker, filters?: Filters): Promise<readonly Volume[]> {
  const answer = await requestJson(docker, { path: '/volumes', query: { filters } });
  return listAt(answer, 'Volumes').map(volume);
}

/** `undefined` when there is none. */
export async function inspectVolume(docker: Docker, name: string): Promise<Volume | undefined> {
  const raw = await requestFound(docker, { path: pathOf(name) });
  return raw === undefined ? undefined : volume(raw);
}

export function removeVolume(docker: Docker, name: string): Promise<Removal> {
  return requestRemoval(docker, { path: pathOf(name) });
}

function volume(item: unknown): Volume {
  return {
    name: textAt(item, 'Name'),
    driver: textAt(item, 'Driver'),
    createdMs: timeAt(item, 'CreatedAt'),
    labels: labelsAt(item, 'Labels'),
  };
}

function pathOf(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}
