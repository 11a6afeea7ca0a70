import { expect, test } from 'vitest';
import { type Plan, plan } from './plan.ts';
import { container, HOUR_MS, image, NOW_MS, network, policy, world } from './world.fixture.ts';

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
