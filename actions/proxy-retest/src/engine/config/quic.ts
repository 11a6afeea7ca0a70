import type { Hysteria2, Tuic } from '../../endpoint/endpoint.ts';
import { type Json, type OutboundSettings, UnsupportedEndpoint } from './outbound-settings.ts';
import { tlsJson } from './tls.ts';

export function hysteria2Outbound(endpoint: Hysteria2, settings: OutboundSettings): Json {
  requireQuic(settings);
  return {
    type: 'hysteria2',
    tag: settings.tag,
    server: settings.server,
    ...(endpoint.ports.length > 0
      ? { server_ports: endpoint.ports.map((range) => range.replace('-', ':')) }
      : { server_port: endpoint.port }),
    password: endpoint.password,
    ...(endpoint.obfuscation !== '' && {
      obfs: { type: 'salamander', password: endpoint.obfuscation },
    }),
    tls: tlsJson(endpoint.tls, endpoint.host, ['h3']),
  };
}

export function tuicOutbound(endpoint: Tuic, settings: OutboundSettings): Json {
  requireQuic(settings);
  const { tls } = endpoint;
  return {
    type: 'tuic',
    tag: settings.tag,
    server: settings.server,
    server_port: endpoint.port,
    uuid: endpoint.uuid,
    password: endpoint.password,
    ...(endpoint.congestion !== '' && { congestion_control: endpoint.congestion }),
    ...(endpoint.udpRelay !== '' && { udp_relay_mode: endpoint.udpRelay }),
    tls: tlsJson(tls, endpoint.host, tls.alpn.length > 0 ? tls.alpn : ['h3']),
  };
}

function requireQuic({ capabilities }: OutboundSettings): void {
  if (!capabilities.tags.has('with_quic'))
    throw new UnsupportedEndpoint('the engine was built without QUIC');
}
