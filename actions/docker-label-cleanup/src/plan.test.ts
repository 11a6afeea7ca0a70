import { expect, test } from 'vitest';
import { type Plan, plan } from './plan.ts';
import {
  container,
  HOUR_MS,
  image,
  NOW_MS,
  network,
  policy,
  volume,
  world,
} from './world.fixture.ts';

const CI = { ci: '' };

function fates({ decisions }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(decisions.map(({ subject, fate }) => [subject.name, fate.kind]));
}

test('Podman has the names of networks where Docker has their IDs', () => {
  const user = container('shop', { networks: [{ name: 'net', id: 'net' }] });
  const made = plan(
    world({ containers: [user], networks: [network('7612', { name: 'net', labels: CI })] }),
    policy(),
  );
  expect(fates(made)).toEqual({ shop: 'unselected', net: 'in-use' });
});

test('the age of what was pulled is unknown: it was built long before it came here', () => {
  const pulled = { labels: CI, tags: ['app:1'], digests: ['app@sha256:0'], createdMs: 1.5e12 };
  const aged = policy({ tags: ['*'], minAgeMs: HOUR_MS });
  const images = [image('sha256:1', pulled)];
  expect(fates(plan(world({ images }), aged))).toEqual({ 'app:1': 'too-young' });
  expect(fates(plan(world({ images }), policy({ tags: ['*'] })))).toEqual({ 'app:1': 'remove' });
  const taggedMs = new Map([['sha256:1', NOW_MS - 2 * HOUR_MS]]);
  expect(fates(plan(world({ images, taggedMs }), aged))).toEqual({ 'app:1': 'remove' });
});

test.each([
  ['reg:5000/app@sha256:0', 'in-use'],
  ['reg:5000/app:ci@sha256:0', 'in-use'],
  ['other@sha256:0', 'remove'],
  ['sha256:1', 'remove'],
])('a tag of an image that runs as %s, and keeps another tag: %s', (name, fate) => {
  const made = plan(
    world({
      containers: [container('shop', { image: name, imageId: 'sha256:1' })],
      images: [image('sha256:1', { labels: CI, tags: ['reg:5000/app:ci', 'shop:production'] })],
    }),
    policy({ tags: ['*'] }),
  );
  expect(fates(made)).toMatchObject({ 'reg:5000/app:ci': fate, 'shop:production': 'protected' });
});

test('what networks wait for goes first, one network after the other, the rest later', () => {
  const made = plan(
    world({
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
  const names = made.steps.map(({ subject }) => subject.name);
  expect(names.slice(0, 2).sort()).toEqual(['a1', 'a2']);
  expect(names.slice(2)).toEqual(['a', 'b1', 'b', 'free', 'sha256:1', 'data']);
});

test('a container of a swarm service stays: swarm would start another one', () => {
  const labels = { ...CI, 'com.docker.swarm.task.id': 'x', 'com.docker.swarm.service.name': 'web' };
  const made = plan(world({ containers: [container('web.1.x', { labels })] }), policy());
  expect(fates(made)).toEqual({ 'web.1.x': 'protected' });
});
