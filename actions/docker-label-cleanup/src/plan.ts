import {
  type DockerObject,
  getKey,
  getRepository,
  type Inventory,
  toObjects,
} from './selection/docker-object.ts';
import { type Decision, decide, findProtection, type Policy } from './selection/selection.ts';
import { buildUsageGraph, findRemainingUsers } from './selection/usage-graph.ts';

export interface ObjectDecision {
  readonly object: DockerObject;
  readonly decision: Decision;
}

/** One removal. */
export interface Step {
  readonly object: DockerObject;
  /** The label group that selected the object. */
  readonly rule: string;
  /** Keys of the users of the object, which have to be removed first. */
  readonly after: readonly string[];
  /** For a container: whether its anonymous volumes are removed with it. */
  readonly withVolumes: boolean;
}

export interface Plan {
  /** One decision per object on the daemon. */
  readonly decisions: readonly ObjectDecision[];
  /** The removals; users come before what they use. */
  readonly steps: readonly Step[];
}

/** `container db: protected (name:db)` */
export function describeDecision({ object, decision }: ObjectDecision): string {
  return `${object.kind} ${object.name}: ${decision.kind} (${decision.reason})`;
}

/** Decides about every object on the daemon. */
export function plan(inventory: Inventory, policy: Policy): Plan {
  const objects = toObjects(inventory);
  const decisions = new Map<string, Decision>();
  for (const object of objects) decisions.set(getKey(object), decide(object, inventory, policy));
  keepNewest(objects, decisions, policy.keepLast);

  const isRemoved = (object: DockerObject) => decisions.get(getKey(object))?.kind === 'remove';
  const graph = buildUsageGraph(inventory, objects, policy.oldestFirst);
  // In this order the decision about an object comes after those about its users.
  for (const object of graph.ordered) {
    if (!isRemoved(object)) continue;
    const [user] = findRemainingUsers(object, graph, (one) => !isRemoved(one));
    if (user) {
      decisions.set(getKey(object), { kind: 'in-use', reason: `${user.kind} ${user.name}` });
    }
  }

  const protectedVolumes = new Set(
    objects
      .filter(({ kind }) => kind === 'volume')
      .filter((volume) => findProtection(volume, inventory.self, policy) !== undefined)
      .map(({ id }) => id),
  );
  return {
    decisions: objects.map((object) => ({
      object,
      decision: decisions.get(getKey(object)) as Decision,
    })),
    steps: graph.ordered.filter(isRemoved).map((object) => ({
      object,
      rule: decisions.get(getKey(object))?.reason ?? '',
      after: graph.getUsers(object).filter(isRemoved).map(getKey),
      withVolumes:
        policy.anonymousVolumes && !object.volumes.some((name) => protectedVolumes.has(name)),
    })),
  };
}

/** Keeps the newest objects of each kind, and the newest images of each repository. */
function keepNewest(
  objects: readonly DockerObject[],
  decisions: Map<string, Decision>,
  count: number,
): void {
  if (count === 0) return;
  const sets = Map.groupBy(
    objects.filter((object) => {
      const kind = decisions.get(getKey(object))?.kind;
      return kind === 'remove' || kind === 'too-young' || kind === 'running';
    }),
    ({ kind, reference }) =>
      kind === 'image' && reference !== undefined ? `image ${getRepository(reference)}` : kind,
  );
  for (const set of sets.values()) {
    const newest = set.toSorted(
      (a, b) =>
        // An object of unknown age counts as new, because it may be new.
        (b.createdMs ?? Number.MAX_VALUE) - (a.createdMs ?? Number.MAX_VALUE) ||
        (a.name < b.name ? 1 : -1),
    );
    for (const object of newest.slice(0, count)) {
      if (decisions.get(getKey(object))?.kind !== 'remove') continue;
      decisions.set(getKey(object), { kind: 'kept', reason: `keep-last ${count}` });
    }
  }
}
