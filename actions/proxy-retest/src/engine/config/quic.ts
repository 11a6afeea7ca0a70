import type { Hysteria2, Tuic } from '../../endpoint/endpoint.ts';
import { CannotCarry, type Json, type Place } from './place.ts';
import { tlsJson } from './tls.ts';

export function hysteria2Outbound(endpoint: Hysteria2, place: Place): Json {
  needQuic(place);
  return {
    type: 'hysteria2',
    tag: place.tag,
    server: place.server,
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

export function tuicOutbound(endpoint: Tuic, place: Place): Json {
  needQuic(place);
  const { tls } = endpoint;
  return {
    type: 'tuic',
    tag: place.tag,
    server: place.server,
    server_port: endpoint.port,
    uuid: endpoint.uuid,
    password: endpoint.password,
    ...(endpoint.congestion !== '' && { congestion_control: endpoint.congestion }),
    ...(endpoint.udpRelay !== '' && { udp_relay_mode: endpoint.udpRelay }),
    tls: tlsJson(tls, endpoint.host, tls.alpn.length > 0 ? tls.alpn : ['h3']),
  };
}

function needQuic({ generation }: Place): void {
  if (!generation.tags.has('with_quic')) throw new CannotCarry('the engine was built without QUIC');
}
