import type { Shadowsocks } from '../../endpoint/endpoint.ts';
import { PLUGIN_NAMES, pluginOptions } from '../../share-link/shadowsocks.ts';
import { type Json, type OutboundSettings, UnsupportedEndpoint } from './outbound-settings.ts';

/** The ciphers of sing-box (https://sing-box.sagernet.org/configuration/outbound/shadowsocks/). */
const METHODS = new Set(
  [
    '2022-blake3-aes-128-gcm 2022-blake3-aes-256-gcm 2022-blake3-chacha20-poly1305',
    'none aes-128-gcm aes-192-gcm aes-256-gcm chacha20-ietf-poly1305 xchacha20-ietf-poly1305',
    'aes-128-ctr aes-192-ctr aes-256-ctr aes-128-cfb aes-192-cfb aes-256-cfb rc4-md5',
    'chacha20-ietf xchacha20',
  ].flatMap((line) => line.split(' ')),
);

/** Aliases of ciphers. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['plain', 'none'],
  ['chacha20-poly1305', 'chacha20-ietf-poly1305'],
  ['xchacha20-poly1305', 'xchacha20-ietf-poly1305'],
]);

export function shadowsocksOutbound(endpoint: Shadowsocks, settings: OutboundSettings): Json {
  const method = ALIASES.get(endpoint.method) ?? endpoint.method;
  if (!METHODS.has(method))
    throw new UnsupportedEndpoint(`the engine does not support the cipher ${method}`);
  const { plugin } = endpoint;
  return {
    type: 'shadowsocks',
    tag: settings.tag,
    server: settings.server,
    server_port: endpoint.port,
    method,
    password: endpoint.password,
    // Both plugins are built into the engine; it starts no program for them.
    ...(plugin && {
      plugin: PLUGIN_NAMES[plugin.name],
      plugin_opts: pluginOptions(plugin).join(';'),
    }),
  };
}
