import type { WireGuard } from '../../endpoint/endpoint.ts';
import { CannotCarry, type Json, type Place } from './place.ts';

/** In the engine's own network stack: no interface of the system, no privileges. */
export function wireGuardEndpoint(endpoint: WireGuard, { tag, server, generation }: Place): Json {
  if (!['with_wireguard', 'with_gvisor'].every((tag) => generation.tags.has(tag))) {
    throw new CannotCarry('the engine was built without WireGuard or gVisor, which it needs');
  }
  return {
    type: 'wireguard',
    tag,
    address: endpoint.addresses,
    private_key: endpoint.privateKey,
    ...(endpoint.mtu !== undefined && { mtu: endpoint.mtu }),
    peers: [
      {
        address: server,
        port: endpoint.port,
        public_key: endpoint.publicKey,
        ...(endpoint.presharedKey !== '' && { pre_shared_key: endpoint.presharedKey }),
        ...(endpoint.reserved.length > 0 && { reserved: endpoint.reserved }),
        allowed_ips: ['0.0.0.0/0', '::/0'],
      },
    ],
  };
}
