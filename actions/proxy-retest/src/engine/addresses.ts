import { slots } from '@repo/core/process/slots';
import type { FoundAddress } from '../test/find-address.ts';
import type { SessionOptions } from './engine.ts';

/** So many names are looked up at a time. */
const AT_A_TIME = 64;

/** The address of each host, looked up once; throws the reason of the signal. */
export async function addressesOf(
  hosts: readonly string[],
  { findAddress, signal }: SessionOptions,
): Promise<ReadonlyMap<string, FoundAddress>> {
  const lanes = slots(AT_A_TIME);
  const entries = [...new Set(hosts)].map(
    async (host) => [host, await lanes.take(async () => findAddress(host, signal))] as const,
  );
  const addresses = new Map(await Promise.all(entries));
  signal.throwIfAborted();
  return addresses;
}
