import type { ProbeFailure } from '@repo/probe/failure';
import { expect, test } from 'vitest';
import { addresses, attemptContext } from '../testing/attempt-context.ts';
import { dial } from './dial.ts';
import type { AttemptContext } from './kind.ts';
import { failedObservation, type Observation } from './observation.ts';

const A = '192.0.2.1';
const B = '192.0.2.2';
const C = '192.0.2.3';
const V6 = '2001:db8::1';

const up = (address: string): Observation => ({ state: 'answered', address, facts: {} });
const down = (address: string): Observation => ({ state: 'failed', address, reason: 'refused' });

/** Dials a name and returns the probed addresses. `behave` is the probe of an address. */
async function dialled(
  behave: (
    address: string,
    context: AttemptContext,
    turn: number,
  ) => Promise<Observation> | Observation,
  overrides: Parameters<typeof attemptContext>[0] = {},
  all = [A, B, C],
) {
  const looked: string[] = [];
  const seen = await dial(
    'shop.example',
    443,
    attemptContext({ ...overrides, network: { lookup: addresses(...all), ...overrides.network } }),
    async (address, resolved, context) => {
      expect(resolved.host).toBe('shop.example');
      looked.push(address);
      return behave(address, context, looked.length);
    },
  );
  return { looked, seen };
}

test('any: stops at the first sufficient address', async () => {
  expect(await dialled(up)).toEqual({ looked: [A], seen: [up(A)] });
});

test('any: continues after an address without an answer', async () => {
  const { looked, seen } = await dialled((address) => (address === B ? up(B) : down(address)));
  expect(looked).toEqual([A, B]);
  expect(seen).toEqual([up(B)]);
});

test('any: continues after an insufficient answer', async () => {
  const suffices = ({ address }: Observation) => address === C;
  const { looked, seen } = await dialled(up, { suffices });
  expect(looked).toEqual([A, B, C]);
  expect(seen).toEqual([up(C)]);
});

test('any: returns all observations in order if none suffices', async () => {
  expect((await dialled(down)).seen).toEqual([down(A), down(B), down(C)]);
});

test('any: starts the next address when one has used its share of the time', async () => {
  const hangs = (signal: AbortSignal) =>
    new Promise<Observation>((resolve) => {
      signal.addEventListener('abort', () => resolve(down(A)));
    });
  const aborted: boolean[] = [];
  const { looked, seen } = await dialled(
    async (address, { signal }) => {
      if (address !== A) return up(address);
      const observation = await hangs(signal);
      aborted.push(signal.aborted);
      return observation;
    },
    { timeoutMs: 90 },
  );
  expect(looked).toEqual([A, B]);
  expect(seen).toEqual([up(B)]);
  expect(aborted).toEqual([true]);
});

test('any: accepts a slow answer after its share of the time', async () => {
  const slow = Promise.withResolvers<Observation>();
  const { looked, seen } = await dialled(
    (address) => {
      if (address === A) return slow.promise;
      slow.resolve(up(A));
      return down(address);
    },
    { timeoutMs: 30 },
    [A, B],
  );
  expect(looked).toEqual([A, B]);
  expect(seen).toEqual([up(A)]);
});

test('any: does not judge a single address', async () => {
  const suffices = () => expect.unreachable();
  expect((await dialled(up, { suffices }, [A])).seen).toEqual([up(A)]);
});

test('any: opens one connection per address', async () => {
  expect((await dialled(up, { connections: 5 }, [A])).looked).toEqual([A]);
});

test('all: probes each address', async () => {
  const { seen } = await dialled((address) => (address === B ? down(B) : up(address)), {
    allAddresses: true,
  });
  expect(seen).toEqual([up(A), down(B), up(C)]);
});

test('all: opens several connections to each address until one fails', async () => {
  const { looked, seen } = await dialled(
    (address, _, turn) => (address === B && turn > 2 ? down(B) : up(address)),
    { allAddresses: true, connections: 3 },
    [A, B],
  );
  expect(looked.filter((address) => address === A)).toHaveLength(3);
  expect(seen.filter(({ address }) => address === B).at(-1)).toEqual(down(B));
  expect(looked).toHaveLength(5);
});

test('limits the time of all probes together', async () => {
  const given: number[] = [];
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await dialled(
    async (address, { timeoutMs }) => {
      given.push(timeoutMs);
      await wait(25);
      return up(address);
    },
    { allAddresses: true, connections: 3, timeoutMs: 60 },
    [A],
  );
  expect(given).toHaveLength(3);
  const [first = 0, second = 0, third = 0] = given;
  expect(first).toBeLessThanOrEqual(60);
  expect(second).toBeLessThan(first - 20);
  expect(third).toBeLessThan(second - 20);
  expect(third).toBeGreaterThanOrEqual(1);
});

test('stops when it is cancelled', async () => {
  const stop = new AbortController();
  const { looked } = await dialled(
    (address) => {
      stop.abort();
      return up(address);
    },
    { allAddresses: true, connections: 5, signal: stop.signal },
    [A],
  );
  expect(looked).toEqual([A]);
});

test('rethrows a programming error', async () => {
  const bug = () => {
    throw new TypeError('x is not a function');
  };
  await expect(dialled(bug)).rejects.toThrow('x is not a function');
  await expect(dialled(bug, { allAddresses: true })).rejects.toThrow('x is not a function');
});

const noRoute = (address: string) =>
  failedObservation(
    {
      phase: 'connect',
      kind: 'unreachable',
      code: 'ENETUNREACH',
      message: `${address} is unreachable`,
    },
    { address },
  );

test.each([true, false])('drops a family without a route (all: %s)', async (allAddresses) => {
  const { looked, seen } = await dialled(
    (address) => (address === V6 ? noRoute(V6) : down(address)),
    { allAddresses },
    [V6, A],
  );
  expect(looked).toEqual([V6, A]);
  expect(seen).toEqual([down(A)]);
});

test('reports all addresses without a route for any family', async () => {
  const { seen } = await dialled(noRoute, { allAddresses: true }, [V6, A]);
  expect(seen.map(({ address }) => address)).toEqual([V6, A]);
});

test('keeps an unreachable address if others of its family have a route', async () => {
  const { seen } = await dialled(
    (address) => (address === A ? noRoute(A) : up(address)),
    { allAddresses: true },
    [A, B, V6],
  );
  expect(seen.map(({ address }) => address)).toEqual([A, B, V6]);
});

const failure = (kind: ProbeFailure['kind'], extra: Partial<ProbeFailure> = {}): ProbeFailure => ({
  phase: 'connect',
  kind,
  message: 'why',
  ...extra,
});

test.each(['local', 'dns-failed', 'dns-timeout', 'aborted'] as const)(
  '%s is a fault of this machine',
  (kind) => {
    expect(failedObservation(failure(kind))).toMatchObject({
      state: 'unknown',
      reason: 'why',
      final: false,
    });
  },
);

test('a refused address is final', () => {
  expect(failedObservation(failure('address-refused'))).toMatchObject({
    state: 'unknown',
    final: true,
  });
});

test.each([
  'refused',
  'reset',
  'timeout',
  'closed',
  'dns-not-found',
  'protocol',
  'tls-failed',
] as const)('%s is a fault of the target', (kind) => {
  expect(failedObservation(failure(kind), { address: A })).toMatchObject({
    state: 'failed',
    address: A,
    reason: 'why',
  });
});

test('reports causes as evidence', () => {
  const evidence = (causes?: string[]) =>
    failedObservation(failure('reset', causes ? { causes } : {})).evidence?.();
  expect(evidence(['socket hang up'])).toEqual([{ title: 'causes', lines: ['socket hang up'] }]);
  expect(evidence()).toEqual([]);
});

test('does not probe a name that cannot be resolved', async () => {
  const never = () => expect.unreachable();
  const lookup = async () => {
    throw Object.assign(new Error('getaddrinfo ENOTFOUND shop.example'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
    });
  };
  expect((await dialled(never, { network: { lookup } })).seen).toMatchObject([
    { state: 'failed', reason: 'shop.example has no address' },
  ]);
  const temporary = async () => {
    throw Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
  };
  expect((await dialled(never, { network: { lookup: temporary } })).seen).toMatchObject([
    { state: 'unknown', final: false },
  ]);
});

test('passes overrides, family and address policy to the resolver', async () => {
  const overrides = new Map([['shop.example:443', B]]);
  expect((await dialled(up, { network: { overrides } })).looked).toEqual([B]);
  expect(
    (await dialled(up, { allAddresses: true, network: { family: 6 } }, [A, V6])).looked,
  ).toEqual([V6]);
  const refuse = (address: string) => (address === B ? 'not that one' : undefined);
  const { seen, looked } = await dialled(up, { network: { addresses: refuse } });
  expect(looked).toEqual([]);
  expect(seen).toMatchObject([
    {
      state: 'unknown',
      final: true,
      reason: 'shop.example resolves to a refused address: not that one',
    },
  ]);
});
