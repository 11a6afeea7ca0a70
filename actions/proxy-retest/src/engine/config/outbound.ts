import type { EngineEndpoint } from '../../endpoint/endpoint.ts';
import type { Json, OutboundSettings } from './outbound-settings.ts';
import { hysteria2Outbound, tuicOutbound } from './quic.ts';
import { shadowsocksOutbound } from './shadowsocks.ts';
import { trojanOutbound, vlessOutbound, vmessOutbound } from './v2ray.ts';
import { wireGuardEndpoint } from './wireguard.ts';

export interface Section {
  readonly section: 'outbounds' | 'endpoints';
  readonly json: Json;
}

type Builders = {
  readonly [P in EngineEndpoint['protocol']]: (
    endpoint: Extract<EngineEndpoint, { readonly protocol: P }>,
    settings: OutboundSettings,
  ) => Json;
};

const BUILDERS: Builders = {
  shadowsocks: shadowsocksOutbound,
  vmess: vmessOutbound,
  vless: vlessOutbound,
  trojan: trojanOutbound,
  hysteria2: hysteria2Outbound,
  tuic: tuicOutbound,
  wireguard: wireGuardEndpoint,
};

/**
 * Builds the outbound of an endpoint. Every field is set explicitly, so that a list cannot set an option
 * of the engine, name a file or run a command. Throws {@link UnsupportedEndpoint}.
 */
export function buildOutbound(endpoint: EngineEndpoint, settings: OutboundSettings): Section {
  const build = BUILDERS[endpoint.protocol] as (
    endpoint: EngineEndpoint,
    settings: OutboundSettings,
  ) => Json;
  return {
    section: endpoint.protocol === 'wireguard' ? 'endpoints' : 'outbounds',
    json: build(endpoint, settings),
  };
}
