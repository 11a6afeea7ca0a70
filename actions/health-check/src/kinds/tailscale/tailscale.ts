import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import { DurationFact } from '@repo/checks/facts';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import { requestOnce } from '@repo/probe/http';
import * as v from 'valibot';
import { readStatus } from './status.ts';

/** Where tailscaled listens on Linux; other systems have the program alone. */
const SOCKET = '/var/run/tailscale/tailscaled.sock';
/** Every peer of a large tailnet is in a status. */
const MOST_BYTES = 16 * 1_048_576;

/** This machine is in its tailnet, as its daemon reports. */
export const tailscale: Kind = {
  schema: targetSchema(
    { socket: v.optional(nonEmptyText, SOCKET) },
    'A tailscale check knows socket.',
    ({ socket }) => target(socket),
  ),
  variables: ['online', 'peers'],
};

function target(socket: string): Target {
  return {
    description: 'tailscale',
    secrets: [],
    defaultExpectations: [isOnline],
    attempt: async (context) => [await ask(socket, context)],
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

/** Asks the socket, or else the program. That neither is there says nothing about the tailnet. */
async function ask(socket: string, context: AttemptContext): Promise<Observation> {
  const started = performance.now();
  const left = () => Math.max(1, context.timeoutMs - (performance.now() - started));
  let answer = await askSocket(socket, context);
  if (!answer.ok) {
    const other = await askProgram({ ...context, timeoutMs: left() });
    answer = other.ok ? other : { ok: false, reason: `${answer.reason}; ${other.reason}` };
  }
  const total = performance.now() - started;
  const status = answer.ok ? readStatus(answer.text) : undefined;
  if (status === undefined) {
    const reason = answer.ok ? 'tailscaled gives no status' : answer.reason;
    return { state: 'unknown', reason, final: false };
  }
  return {
    state: 'answered',
    phases: { total },
    facts: { ...status, latency: new DurationFact(total) },
  };
}

async function askSocket(
  socket: string,
  { network, reads, timeoutMs, signal }: AttemptContext,
): Promise<Answer> {
  const attempt = await requestOnce({
    // The host that LocalAPI wants to be called, so that no web page can reach it.
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
    maxBodyBytes: MOST_BYTES,
  });
  if (!attempt.ok) return { ok: false, reason: attempt.failure.message };
  const { status, body } = attempt.response;
  if (status === 200) return { ok: true, text: body.toString('utf8') };
  return { ok: false, reason: `${socket} answers with status ${status}` };
}

async function askProgram({ timeoutMs, signal }: AttemptContext): Promise<Answer> {
  const execution = await exec({
    argv: ['tailscale', 'status', '--json'],
    timeoutMs,
    signal,
    maxBytes: MOST_BYTES,
  });
  if (execution.state === 'not-started') return { ok: false, reason: execution.reason };
  // Its exit code is that of the tailnet, which is in what it says as well.
  if (execution.state === 'exited' && readStatus(execution.stdout) !== undefined) {
    return { ok: true, text: execution.stdout };
  }
  const said = plain(execution.stderr || execution.stdout, 120) || execution.state;
  return { ok: false, reason: `tailscale says: ${said}` };
}
