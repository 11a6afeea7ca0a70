import { allowAny } from '@repo/probe/address';
import { resolveHost } from '@repo/probe/resolve';
import { connectTcp } from '@repo/probe/tcp';
import type { Answer, VerifyCheck } from './check.ts';

/** A port takes connections. */
export function tcpCheck({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): VerifyCheck {
  return {
    title: `tcp ${host}:${port}`,
    secrets: [],
    attempt: async (limits) => {
      const resolution = await resolveHost(host, { policy: allowAny, ...limits });
      if (!resolution.ok) return { ok: false, found: resolution.failure.message };
      let answer: Answer = { ok: false, found: 'no address' };
      for (const { address } of resolution.value.addresses) {
        const connection = await connectTcp({ address, port, ...limits });
        if (connection.ok) {
          connection.socket.destroy();
          return { ok: true, found: 'connected' };
        }
        answer = { ok: false, found: connection.failure.message };
      }
      return answer;
    },
  };
}
