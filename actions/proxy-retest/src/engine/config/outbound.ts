import type { EngineEndpoint } from '../../endpoint/endpoint.ts';
import type { Json, Place } from './place.ts';
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
    place: Place,
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
 * The outbound of an endpoint. Every field is written by name here: nothing that a list says can
 * become an option of the engine, a file or a command. Throws {@link CannotCarry}.
 */
export function outboundOf(endpoint: EngineEndpoint, place: Place): Section {
  const build = BUILDERS[endpoint.protocol] as (endpoint: EngineEndpoint, place: Place) => Json;
  return {
    section: endpoint.protocol === 'wireguard' ? 'endpoints' : 'outbounds',
    json: build(endpoint, place),
  };
}
