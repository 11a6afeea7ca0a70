import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import { DurationFact } from '@repo/checks/facts';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import { requestOnce } from '@repo/probe/http';
import * as v from 'valibot';
import { parseStatus } from './status.ts';

/** The socket of tailscaled on Linux; other systems only have the program. */
const SOCKET = '/var/run/tailscale/tailscaled.sock';
/** The status lists all peers of a large tailnet. */
const MAX_BYTES = 16 * 1_048_576;

/** The status of this machine in its tailnet, from tailscaled. */
export const tailscale: Kind = {
  schema: targetSchema(
    { socket: v.optional(nonEmptyText, SOCKET) },
    'A tailscale check supports socket.',
    ({ socket }) => target(socket),
  ),
  variables: ['online', 'peers'],
};

function target(socket: string): Target {
  return {
    description: 'tailscale',
    secrets: [],
    defaultExpectations: [isOnline],
    attempt: async (context) => [await check(socket, context)],
  };
}

const isOnline: Expectation = {
  source: 'online',
  reads: ['online'],
  judge: ({ online, state }) =>
    online === true
      ? MET
      : {
          met: false,
          found: `this machine is not online in its tailnet (${plain(String(state))})`,
        },
};

type Answer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** Queries the socket, else the program. If both are missing, the tailnet is unknown. */
async function check(socket: string, context: AttemptContext): Promise<Observation> {
  const started = performance.now();
  const left = () => Math.max(1, context.timeoutMs - (performance.now() - started));
  let answer = await querySocket(socket, context);
  if (!answer.ok) {
    const other = await queryProgram({ ...context, timeoutMs: left() });
    answer = other.ok ? other : { ok: false, reason: `${answer.reason}; ${other.reason}` };
  }
  const total = performance.now() - started;
  const status = answer.ok ? parseStatus(answer.text) : undefined;
  if (status === undefined) {
    const reason = answer.ok ? 'tailscaled returned an invalid status' : answer.reason;
    return { state: 'unknown', reason, final: false };
  }
  return {
    state: 'answered',
    phases: { total },
    facts: { ...status, latency: new DurationFact(total) },
  };
}

async function querySocket(
  socket: string,
  { network, reads, timeoutMs, signal }: AttemptContext,
): Promise<Answer> {
  const attempt = await requestOnce({
    // LocalAPI requires this host name, which web pages cannot use.
    url: new URL(
      `http://local-tailscaled.sock/localapi/v0/status${reads.has('peers') ? '' : '?peers=false'}`,
    ),
    method: 'GET',
    headers: {},
    resolved: { host: 'local-tailscaled.sock', addresses: [], ms: 0 },
    address: socket,
    socketPath: socket,
    timeoutMs,
    signal,
    insecure: false,
    tls: network.tls,
    maxBodyBytes: MAX_BYTES,
  });
  if (!attempt.ok) return { ok: false, reason: attempt.failure.message };
  const { status, body } = attempt.response;
  if (status === 200) return { ok: true, text: body.toString('utf8') };
  return { ok: false, reason: `${socket} answered with status ${status}` };
}

async function queryProgram({ timeoutMs, signal }: AttemptContext): Promise<Answer> {
  const execution = await exec({
    argv: ['tailscale', 'status', '--json'],
    timeoutMs,
    signal,
    maxBytes: MAX_BYTES,
  });
  if (execution.state === 'not-started') return { ok: false, reason: execution.reason };
  // The exit code reflects the status of the tailnet, so only the output matters.
  if (execution.state === 'exited' && parseStatus(execution.stdout) !== undefined) {
    return { ok: true, text: execution.stdout };
  }
  const output = plain(execution.stderr || execution.stdout, 120) || execution.state;
  return { ok: false, reason: `tailscale status failed: ${output}` };
}
