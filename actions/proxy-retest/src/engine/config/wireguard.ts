import type { WireGuard } from '../../endpoint/endpoint.ts';
import { type Json, type OutboundSettings, UnsupportedEndpoint } from './outbound-settings.ts';

/** Uses the network stack of the engine, which needs no interface and no privileges. */
export function wireGuardEndpoint(
  endpoint: WireGuard,
  { tag, server, capabilities }: OutboundSettings,
): Json {
  if (!['with_wireguard', 'with_gvisor'].every((tag) => capabilities.tags.has(tag))) {
    throw new UnsupportedEndpoint(
      'the engine was built without WireGuard or gVisor, which it needs',
    );
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
