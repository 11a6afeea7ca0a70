import { expect, test } from 'vitest';
import { type Plan, plan } from './plan.ts';
import {
  container,
  HOUR_MS,
  image,
  inventory,
  NOW_MS,
  network,
  policy,
  volume,
} from './testing/inventory.ts';

const CI = { ci: '' };

function getDecisions({ decisions }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(decisions.map(({ object, decision }) => [object.name, decision.kind]));
}

test('finds the users of a network that Podman names in place of its ID', () => {
  const user = container('shop', { networks: [{ name: 'net', id: 'net' }] });
  const result = plan(
    inventory({ containers: [user], networks: [network('7612', { name: 'net', labels: CI })] }),
    policy(),
  );
  expect(getDecisions(result)).toEqual({ shop: 'unselected', net: 'in-use' });
});

test('keeps a pulled image with min-age, because its pull time is unknown', () => {
  const pulled = { labels: CI, tags: ['app:1'], digests: ['app@sha256:0'], createdMs: 1.5e12 };
  const aged = policy({ tags: ['*'], minAgeMs: HOUR_MS });
  const images = [image('sha256:1', pulled)];
  expect(getDecisions(plan(inventory({ images }), aged))).toEqual({ 'app:1': 'too-young' });
  expect(getDecisions(plan(inventory({ images }), policy({ tags: ['*'] })))).toEqual({
    'app:1': 'remove',
  });
  const taggedMs = new Map([['sha256:1', NOW_MS - 2 * HOUR_MS]]);
  expect(getDecisions(plan(inventory({ images, taggedMs }), aged))).toEqual({ 'app:1': 'remove' });
});

test.each([
  ['reg:5000/app@sha256:0', 'in-use'],
  ['reg:5000/app:ci@sha256:0', 'in-use'],
  ['other@sha256:0', 'remove'],
  ['sha256:1', 'remove'],
])('decides about one of two tags of an image that runs as %s: %s', (name, decision) => {
  const result = plan(
    inventory({
      containers: [container('shop', { image: name, imageId: 'sha256:1' })],
      images: [image('sha256:1', { labels: CI, tags: ['reg:5000/app:ci', 'shop:production'] })],
    }),
    policy({ tags: ['*'] }),
  );
  expect(getDecisions(result)).toMatchObject({
    'reg:5000/app:ci': decision,
    'shop:production': 'protected',
  });
});

test('removes the containers of networks first, one network after the other', () => {
  const result = plan(
    inventory({
      containers: [
        container('free', { labels: CI, imageId: 'sha256:1' }),
        container('a1', { labels: CI, networks: [{ name: 'a', id: 'a' }] }),
        container('b1', { labels: CI, networks: [{ name: 'b', id: 'b' }] }),
        container('a2', { labels: CI, networks: [{ name: 'a', id: 'a' }] }),
      ],
      images: [image('sha256:1', { labels: CI })],
      networks: [network('a', { labels: CI }), network('b', { labels: CI })],
      volumes: [volume('data', { labels: CI })],
    }),
    policy(),
  );
  const names = result.steps.map(({ object }) => object.name);
  expect(names.slice(0, 2).sort()).toEqual(['a1', 'a2']);
  expect(names.slice(2)).toEqual(['a', 'b1', 'b', 'free', 'sha256:1', 'data']);
});

test('protects a container of a swarm service', () => {
  const labels = { ...CI, 'com.docker.swarm.task.id': 'x', 'com.docker.swarm.service.name': 'web' };
  const result = plan(inventory({ containers: [container('web.1.x', { labels })] }), policy());
  expect(getDecisions(result)).toEqual({ 'web.1.x': 'protected' });
});
