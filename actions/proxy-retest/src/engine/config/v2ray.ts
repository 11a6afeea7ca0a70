import type { Tls, Transport, Trojan, Vless, VMess } from '../../endpoint/endpoint.ts';
import type { Json, Place } from './place.ts';
import { streamTls } from './tls.ts';

export function vmessOutbound(endpoint: VMess, place: Place): Json {
  return {
    type: 'vmess',
    ...common(endpoint, place),
    uuid: endpoint.uuid,
    security: endpoint.security,
    alter_id: endpoint.alterId,
  };
}

export function vlessOutbound(endpoint: Vless, place: Place): Json {
  return {
    type: 'vless',
    ...common(endpoint, place),
    uuid: endpoint.uuid,
    ...(endpoint.flow !== '' && { flow: endpoint.flow }),
  };
}

export function trojanOutbound(endpoint: Trojan, place: Place): Json {
  return { type: 'trojan', ...common(endpoint, place), password: endpoint.password };
}

interface Streamed {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | undefined;
  readonly transport: Transport;
}

function common(endpoint: Streamed, place: Place): Json {
  const { tls, transport, host, port } = endpoint;
  return {
    tag: place.tag,
    server: place.server,
    server_port: port,
    ...streamTls(tls, host, alpnFor(transport, tls), place),
    ...transportJson(endpoint),
  };
}

/** A WebSocket begins as HTTP/1.1, whatever else the link lists. */
function alpnFor(transport: Transport, tls: Tls | undefined): readonly string[] {
  if (transport.kind === 'ws' || transport.kind === 'httpupgrade') return ['http/1.1'];
  if (transport.kind === 'grpc' || transport.kind === 'http') return ['h2'];
  // HTTP/3 is not spoken over TCP.
  return tls?.alpn.filter((name) => name !== 'h3') ?? [];
}

/** What a request names as its host where the link does not: never the address that is dialled. */
function transportJson({ host, tls, transport }: Streamed): { readonly transport?: Json } {
  const shown = tls?.serverName || host;
  switch (transport.kind) {
    case 'tcp':
      return {};
    case 'ws':
      return {
        transport: {
          type: 'ws',
          path: transport.path,
          headers: { Host: transport.host || shown },
          ...(transport.earlyData > 0 && {
            max_early_data: transport.earlyData,
            // Where Xray and its kin put it.
            early_data_header_name: 'Sec-WebSocket-Protocol',
          }),
        },
      };
    case 'grpc':
      return { transport: { type: 'grpc', service_name: transport.service } };
    case 'http':
      return {
        transport: {
          type: 'http',
          path: transport.path,
          host: transport.hosts.length > 0 ? transport.hosts : [shown],
          // What v2ray sends before TCP; over HTTP/2 it is the default of the engine.
          ...(!tls && { method: 'GET' }),
        },
      };
    case 'httpupgrade':
      return {
        transport: { type: 'httpupgrade', path: transport.path, host: transport.host || shown },
      };
  }
}
