import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import { DurationFact } from '@repo/checks/facts';
import { dial } from '@repo/checks/kinds/dial';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { integer } from '@repo/core/inputs/integer';
import { exec } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { parsePartialPing, parsePing, pingCommand } from './ping.ts';

const DEFAULT_COUNT = 3;

/** A host answers pings. Sending ICMP without root requires the program `ping`. */
export const icmp: Kind = {
  schema: targetSchema(
    {
      host: nonEmptyText,
      count: v.optional(field(integer({ min: 1, max: 100 })), DEFAULT_COUNT),
    },
    'An icmp check supports host and count.',
    ({ host, count }) => target(host, count),
  ),
  fromUrl: ({ hostname }) => target(hostname.replace(/^\[|\]$/g, ''), DEFAULT_COUNT),
  variables: ['address', 'received', 'lossPercent'],
};

function target(host: string, count: number): Target {
  return {
    description: `icmp://${host.includes(':') ? `[${host}]` : host}`,
    secrets: [],
    defaultExpectations: [isReachable],
    attempt: (context) =>
      // ICMP has no ports.
      dial(host, 0, context, (address, _, rest) => ping(address, count, rest)),
  };
}

const isReachable: Expectation = {
  source: 'received > 0',
  reads: ['received'],
  judge: ({ received }) =>
    Number(received) > 0 ? MET : { met: false, found: 'no ping was answered' },
};

async function ping(
  address: string,
  count: number,
  { timeoutMs, signal }: AttemptContext,
): Promise<Observation> {
  const execution = await exec({
    argv: pingCommand(address, { count, timeoutMs }),
    // The output is parsed.
    env: { LC_ALL: 'C' },
    timeoutMs,
    signal,
  });
  const unknown = (reason: string, final = false): Observation => ({
    state: 'unknown',
    address,
    reason,
    final,
  });
  if (execution.state === 'not-started') return unknown(execution.reason, true);
  const lines = plainLines(execution.stdout + execution.stderr);
  const evidence = () => [{ title: 'ping', lines }];
  const result =
    execution.state === 'timeout'
      ? parsePartialPing(execution.stdout, { count, ms: execution.ms })
      : parsePing(execution.stdout);
  if (result === undefined) {
    if (execution.state === 'aborted') return unknown('cancelled');
    return { ...unknown(`ping failed: ${lines[0] ?? 'no output'}`), evidence };
  }
  const { received, lossPercent, roundTripMs } = result;
  const total = roundTripMs ?? execution.ms;
  return {
    state: 'answered',
    address,
    phases: { total },
    facts: { address, received, lossPercent, latency: new DurationFact(total) },
    evidence,
  };
}
