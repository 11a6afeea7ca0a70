import type { Container } from '@repo/docker/containers';
import type { Image } from '@repo/docker/images';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { protectLine } from './input-parsers.ts';
import { plan, type Step } from './plan.ts';
import {
  type DockerObject,
  getReferences,
  type Inventory,
  KINDS,
} from './selection/docker-object.ts';
import { createProtectRules } from './selection/protect.ts';
import type { Policy } from './selection/selection.ts';
import type { LabelGroup } from './selection/selector.ts';
import {
  container,
  HOUR_MS,
  image,
  inventory,
  mount,
  NOW_MS,
  network,
  policy,
  volume,
} from './testing/inventory.ts';

/** Number of random daemons. */
const RUNS = 10_000;

const labels = fc
  .record(
    {
      environment: fc.constantFrom('testing', 'production'),
      'managed-by': fc.constantFrom('ci', 'me'),
      keep: fc.constantFrom('yes', ''),
      a1b2c3: fc.constantFrom('', 'x'),
    },
    { requiredKeys: [] },
  )
  .map((sample) => ({ ...sample }) as Record<string, string>);
const age = fc.constantFrom(
  undefined,
  0,
  HOUR_MS / 2,
  HOUR_MS,
  5 * HOUR_MS,
  NOW_MS - Date.UTC(1980, 0, 1),
);
const before = (ms: number | undefined) => (ms === undefined ? undefined : NOW_MS - ms);
const index = fc.nat({ max: 5 });
const TAGS = [
  'app:testing',
  'app:production',
  'app:prod-2',
  'app:1',
  'web:testing',
  'reg:5000/x/app',
  'a1b2c3:0123456789abcdef0123456789abcdef',
];

const inventories: fc.Arbitrary<Inventory> = fc
  .record({
    images: fc.array(
      fc.record({
        labels,
        age,
        tagged: age,
        parent: index,
        tags: fc.subarray(TAGS, { maxLength: 3 }),
        digest: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
    containers: fc.array(
      fc.record({
        labels,
        age,
        image: index,
        byTag: fc.boolean(),
        networks: fc.array(fc.record({ index, started: fc.boolean() }), { maxLength: 2 }),
        volumes: fc.array(index, { maxLength: 2 }),
        shares: fc.option(index),
        sees: fc.option(index),
        state: fc.constantFrom<Container['state']>(
          'created',
          'running',
          'exited',
          'paused',
          'dead',
        ),
        name: fc.constantFrom('shop', 'prod-db', 'buildx_buildkit_b0', 'test_1'),
      }),
      { maxLength: 6 },
    ),
    networks: fc.array(
      fc.record({
        labels,
        age,
        name: fc.constantFrom('bridge', 'prod-net', 'github_network_1', 'n', 'm'),
      }),
      { maxLength: 4 },
    ),
    volumes: fc.array(
      fc.record({
        labels,
        age,
        name: fc.constantFrom('data', 'prod-data', 'buildx_buildkit_b0_state'),
      }),
      { maxLength: 4 },
    ),
    self: fc.subarray(['c0', 'c3'], { maxLength: 1 }),
  })
  .map(({ images, containers, networks, volumes, self }) => {
    const free = new Set(TAGS);
    const imageList = images.map(
      (sample, number): Image =>
        image(`sha256:i${number}`, {
          labels: sample.labels,
          createdMs: before(sample.age),
          parentId: sample.parent < number ? `sha256:i${sample.parent}` : '',
          tags: sample.tags.filter((tag) => free.delete(tag)),
          digests: sample.digest ? [`app@sha256:${number}`] : [],
        }),
    );
    const networkList = networks.map((sample, number) =>
      network(`n${number}`, {
        name: `${sample.name}${sample.name === 'bridge' ? '' : number}`,
        labels: sample.labels,
        createdMs: before(sample.age),
      }),
    );
    const volumeList = volumes.map((sample, number) =>
      volume(`${sample.name}${number}`, { labels: sample.labels, createdMs: before(sample.age) }),
    );
    const containerList = containers.map((sample, number): Container => {
      const from = imageList[sample.image];
      return container(`c${number}`, {
        names: [`${sample.name}${number}`],
        labels: { ...Object.fromEntries(from?.labels ?? []), ...sample.labels },
        createdMs: before(sample.age),
        imageId: from?.id ?? 'sha256:gone',
        image: (sample.byTag && from?.tags[0]) || (from?.id ?? ''),
        state: sample.state,
        networkOf: sample.shares !== null && sample.shares < number ? `c${sample.shares}` : '',
        networks: sample.networks.flatMap(({ index: at, started }) => {
          const net = networkList[at];
          return net ? [{ name: net.name, id: started ? net.id : '' }] : [];
        }),
        mounts: sample.volumes.flatMap((at) => {
          const used = volumeList[at];
          return used ? [mount(used.name)] : [];
        }),
      });
    });
    return inventory({
      images: imageList,
      containers: containerList,
      networks: networkList,
      volumes: volumeList,
      taggedMs: new Map(
        images.flatMap(({ tagged }, number) => {
          const ms = before(tagged);
          return ms === undefined ? [] : [[`sha256:i${number}`, ms] as const];
        }),
      ),
      sharing: new Map(
        containers.flatMap(({ sees }, number) =>
          sees !== null && sees < number ? [[`c${number}`, [`c${sees}`]] as const] : [],
        ),
      ),
      self,
    });
  });

const group: fc.Arbitrary<LabelGroup> = fc.constantFrom<LabelGroup>(
  [{ key: 'environment', value: 'testing' }],
  [{ key: 'managed-by', value: undefined }],
  [
    { key: 'environment', value: 'testing' },
    { key: 'managed-by', value: 'ci' },
  ],
  [{ key: 'environment', value: undefined }],
);
const PROTECT: Readonly<Record<string, (object: DockerObject) => boolean>> = {
  'environment=production': ({ labels: sample }) => sample.get('environment') === 'production',
  keep: ({ labels: sample }) => sample.has('keep'),
  'name:prod-*': ({ kind, name }) => kind !== 'image' && name.startsWith('prod-'),
  'name:app': ({ kind, reference }) =>
    kind === 'image' && /^(app[:@]|reg:5000\/x\/app)/.test(reference ?? ''),
  'tag:web:*': ({ reference }) => reference?.startsWith('web:') ?? false,
  'tag:1': ({ reference }) => reference === 'app:1',
  'id:c1': ({ kind, id }) => kind === 'container' && id === 'c1',
  'id:sha256:i2': ({ kind, id }) => kind === 'image' && id === 'sha256:i2',
};
const policies = fc
  .record({
    selector: fc.array(group, { minLength: 1, maxLength: 2 }),
    protect: fc.subarray(Object.keys(PROTECT)),
    labelSource: fc.constantFrom<Policy['labelSource']>('any', 'own'),
    kinds: fc.subarray([...KINDS], { minLength: 1 }),
    running: fc.constantFrom<Policy['running']>('remove', 'skip'),
    minAgeMs: fc.constantFrom(0, HOUR_MS, 2 * HOUR_MS),
    keepLast: fc.constantFrom(0, 0, 1, 2),
    tags: fc.constantFrom(['*'], ['*:testing']),
    oldestFirst: fc.boolean(),
  })
  .map(({ protect, kinds, ...rest }) => ({
    protect,
    policy: policy({
      ...rest,
      kinds: new Set(kinds),
      protect: createProtectRules(protect.map((line) => protectLine().parse(line))),
    }),
  }));

const isContainer = ({ object }: Step) => object.kind === 'container';

test(`plans no removal of an object that must stay on ${RUNS} random daemons`, () => {
  fc.assert(
    fc.property(inventories, policies, (sample, { protect, policy: chosen }) => {
      const { steps } = plan(sample, chosen);
      const positions = new Map(
        steps.map(({ object }, position) => [
          `${object.kind} ${object.reference ?? object.id}`,
          position,
        ]),
      );
      const getPosition = (kind: string, id: string) => positions.get(`${kind} ${id}`) ?? -1;
      const isRemovedBefore = (id: string, position: number) => {
        const at = getPosition('container', id);
        return at >= 0 && at < position;
      };
      for (const [position, step] of steps.entries()) {
        const { object } = step;
        const { kind, id, name, reference } = object;

        // Selected.
        expect(chosen.kinds).toContain(kind);
        const counted = chosen.labelSource === 'own' ? ownLabels(object, sample) : object.labels;
        expect(
          chosen.selector.some((rules) =>
            rules.every(({ key, value }) =>
              value === undefined ? counted.has(key) : counted.get(key) === value,
            ),
          ),
        ).toBe(true);
        if (reference !== undefined && chosen.tags[0] !== '*')
          expect(reference).toMatch(/:testing$/);

        // Not protected by a rule of the input or a built-in rule.
        expect(protect.filter((line) => PROTECT[line]?.(object))).toEqual([]);
        expect(name).not.toMatch(/^(bridge$|github_network_|buildx_buildkit_)/);
        expect(reference ?? '').not.toMatch(/:prod/);
        expect(reference ?? '').not.toMatch(/^a1b2c3:/);
        expect(object.labels.get('a1b2c3')).not.toBe('');
        if (kind === 'container') expect(sample.self).not.toContain(id);

        // Old enough, and not running with running: skip.
        if (chosen.minAgeMs > 0) {
          expect(object.createdMs).toBeDefined();
          const pulled =
            kind === 'image' &&
            sample.images.some((one) => one.id === id && one.digests.length > 0);
          if (pulled) expect(sample.taggedMs.has(id)).toBe(true);
          expect(NOW_MS - (object.createdMs ?? NOW_MS)).toBeGreaterThanOrEqual(chosen.minAgeMs);
        }
        const raw = sample.containers.find((one) => kind === 'container' && one.id === id);
        if (chosen.running === 'skip') expect(['running', 'paused']).not.toContain(raw?.state);

        // Every user is removed before it.
        for (const user of sample.containers) {
          const uses =
            (kind === 'container' && user.networkOf === id) ||
            (kind === 'container' && sample.sharing.get(user.id)?.includes(id)) ||
            (kind === 'volume' && user.mounts.some((one) => one.volume === id)) ||
            (kind === 'network' &&
              user.networks.some((one) => one.id === id || one.name === name)) ||
            (kind === 'image' &&
              user.imageId === id &&
              (isFullyRemoved(id, sample, positions) || user.image === reference));
          if (uses) expect(isRemovedBefore(user.id, position)).toBe(true);
        }
        if (kind === 'image' && isFullyRemoved(id, sample, positions)) {
          for (const child of sample.images.filter(({ parentId }) => parentId === id)) {
            for (const one of getImageKeys(child)) {
              const at = getPosition('image', one);
              expect(at >= 0 && at < position).toBe(true);
            }
          }
        }
      }
      if (chosen.keepLast > 0 && chosen.kinds.has('container')) {
        const gone = steps.filter(isContainer).map(({ object }) => object);
        const candidates = sample.containers.filter(({ id }) => !gone.some((one) => one.id === id));
        if (gone.length > 0) expect(candidates.length).toBeGreaterThanOrEqual(chosen.keepLast);
      }
    }),
    { numRuns: RUNS },
  );
}, 300_000);

/** Labels that are not inherited from the parent image. */
function ownLabels(
  object: DockerObject,
  { containers, images }: Inventory,
): ReadonlyMap<string, string> {
  const from =
    object.kind === 'container'
      ? containers.find(({ id }) => id === object.id)?.imageId
      : images.find(({ id }) => id === object.id)?.parentId;
  if (object.kind === 'container' && !images.some(({ id }) => id === from)) return new Map();
  const below = images.find(({ id }) => id === from)?.labels ?? new Map<string, string>();
  return object.kind === 'network' || object.kind === 'volume'
    ? object.labels
    : new Map([...object.labels].filter(([key, value]) => below.get(key) !== value));
}

function getImageKeys(sample: Image): readonly string[] {
  const references = getReferences(sample);
  return references.length === 0 ? [sample.id] : references;
}

/** Whether all tags of an image are removed. */
function isFullyRemoved(
  id: string,
  { images }: Inventory,
  positions: ReadonlyMap<string, number>,
): boolean {
  const found = images.find((one) => one.id === id);
  return found !== undefined && getImageKeys(found).every((key) => positions.has(`image ${key}`));
}
