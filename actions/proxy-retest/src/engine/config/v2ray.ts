import type { Tls, Transport, Trojan, Vless, VMess } from '../../endpoint/endpoint.ts';
import type { Json, OutboundSettings } from './outbound-settings.ts';
import { streamTls } from './tls.ts';

export function vmessOutbound(endpoint: VMess, settings: OutboundSettings): Json {
  return {
    type: 'vmess',
    ...common(endpoint, settings),
    uuid: endpoint.uuid,
    security: endpoint.security,
    alter_id: endpoint.alterId,
  };
}

export function vlessOutbound(endpoint: Vless, settings: OutboundSettings): Json {
  return {
    type: 'vless',
    ...common(endpoint, settings),
    uuid: endpoint.uuid,
    ...(endpoint.flow !== '' && { flow: endpoint.flow }),
  };
}

export function trojanOutbound(endpoint: Trojan, settings: OutboundSettings): Json {
  return { type: 'trojan', ...common(endpoint, settings), password: endpoint.password };
}

interface Streamed {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | undefined;
  readonly transport: Transport;
}

function common(endpoint: Streamed, settings: OutboundSettings): Json {
  const { tls, transport, host, port } = endpoint;
  return {
    tag: settings.tag,
    server: settings.server,
    server_port: port,
    ...streamTls(tls, host, selectAlpn(transport, tls), settings),
    ...transportJson(endpoint),
  };
}

/** WebSocket requires HTTP/1.1, regardless of the link. */
function selectAlpn(transport: Transport, tls: Tls | undefined): readonly string[] {
  if (transport.kind === 'ws' || transport.kind === 'httpupgrade') return ['http/1.1'];
  if (transport.kind === 'grpc' || transport.kind === 'http') return ['h2'];
  // HTTP/3 does not run over TCP.
  return tls?.alpn.filter((name) => name !== 'h3') ?? [];
}

/** Without a host in the link, requests contain the host name, never the dialled address. */
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
            // The header that Xray uses.
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
          // The method of v2ray for HTTP/1.1; for HTTP/2, the engine has its own default.
          ...(!tls && { method: 'GET' }),
        },
      };
    case 'httpupgrade':
      return {
        transport: { type: 'httpupgrade', path: transport.path, host: transport.host || shown },
      };
  }
}
