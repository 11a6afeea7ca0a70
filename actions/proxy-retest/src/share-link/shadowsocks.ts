import type { Shadowsocks, ShadowsocksPlugin } from '../endpoint/endpoint.ts';
import { countBase64Bytes, decodeBase64, toPaddedBase64 } from './base64.ts';
import { parseHostAndPort, quote, requireHeaderValue, requirePassword } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import { decodePercent, type Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

/**
 * SIP002, `ss://base64(method:password)@host:port` or, for the ciphers of 2022,
 * `ss://method:password@host:port` (https://shadowsocks.org/doc/sip002.html), and the older
 * `ss://base64(method:password@host:port)`. Base64 of either alphabet, padded or not.
 */
export function parseShadowsocks(link: Link): NamedEndpoint<Shadowsocks> {
  const { user, authority } = link.user === undefined ? splitLegacyLink(link) : { ...link };
  const [method, password] = parseCredentials(user ?? '');
  return {
    endpoint: {
      protocol: 'shadowsocks',
      ...parseHostAndPort(authority),
      method,
      password: parsePassword(method, password),
      plugin: parsePlugin(link.query.get('plugin') ?? ''),
    },
    remarks: link.remarks,
  };
}

function splitLegacyLink({ body }: Link): { readonly user: string; readonly authority: string } {
  const text = decodeBase64(decodePercent(body).replace(/\/$/, ''));
  const at = text?.lastIndexOf('@') ?? -1;
  if (text === undefined || at < 0) {
    throw new InvalidLink('it is neither method:password@host:port nor base64 of that');
  }
  return { user: text.slice(0, at), authority: text.slice(at + 1).replace(/\/$/, '') };
}

function parseCredentials(user: string): [method: string, password: string] {
  const text = user.includes(':') ? user : (decodeBase64(user) ?? '');
  const colon = text.indexOf(':');
  if (colon < 0) {
    throw new InvalidLink('its user is neither method:password nor base64 of that');
  }
  const method = text.slice(0, colon).toLowerCase();
  if (!/^[a-z\d-]{1,40}$/.test(method))
    throw new InvalidLink('its method is not a valid cipher name');
  return [method, text.slice(colon + 1)];
}

/** The cipher determines the length of 2022 keys; there is one key per relay (SIP022). */
function parsePassword(method: string, password: string): string {
  const bytes = KEY_BYTES[method];
  if (bytes === undefined) return method === 'none' ? password : requirePassword(password);
  const keys = password.split(':');
  if (keys.some((key) => countBase64Bytes(key) !== bytes)) {
    throw new InvalidLink(`its key is not ${bytes} bytes of base64, as ${method} needs`);
  }
  return keys.map(toPaddedBase64).join(':');
}

const KEY_BYTES: Readonly<Record<string, number>> = {
  __proto__: null as never,
  '2022-blake3-aes-128-gcm': 16,
  '2022-blake3-aes-256-gcm': 32,
  '2022-blake3-chacha20-poly1305': 32,
};

/** `obfs-local;obfs=http;obfs-host=…` or `v2ray-plugin;tls;host=…;path=…`; other options are ignored. */
function parsePlugin(text: string): ShadowsocksPlugin | undefined {
  if (text === '') return undefined;
  const [name = '', ...rest] = text.split(';');
  const options = new Map(
    rest.map((option): [string, string] => {
      const [key = '', ...value] = option.split('=');
      return [key.trim(), pluginValue(value.join('=').trim())];
    }),
  );
  const make = PLUGINS[name.trim()];
  if (!make) throw new InvalidLink(`its plugin ${quote(name)} is not supported`);
  return make(options);
}

/** A backslash would escape the next character. */
function pluginValue(text: string): string {
  if (text.includes('\\')) throw new InvalidLink('its plugin options have a backslash');
  return requireHeaderValue('plugin', text);
}

type Options = ReadonlyMap<string, string>;

const PLUGINS: Readonly<Record<string, (options: Options) => ShadowsocksPlugin>> = {
  __proto__: null as never,
  'obfs-local': obfs,
  'simple-obfs': obfs,
  'v2ray-plugin': (options) => {
    const mode = options.get('mode') ?? 'websocket';
    if (mode !== 'websocket')
      throw new InvalidLink(`its plugin mode ${quote(mode)} is not websocket`);
    return {
      name: 'v2ray-plugin',
      tls: options.has('tls'),
      host: options.get('host') ?? '',
      path: options.get('path') ?? '',
    };
  },
};

function obfs(options: Options): ShadowsocksPlugin {
  const mode = options.get('obfs') ?? 'http';
  if (mode !== 'http' && mode !== 'tls') {
    throw new InvalidLink(`its obfuscation ${quote(mode)} is neither http nor tls`);
  }
  return { name: 'obfs', mode, host: options.get('obfs-host') ?? '' };
}

export function formatShadowsocks({ endpoint, remarks }: NamedEndpoint<Shadowsocks>): string {
  const { method, password, plugin } = endpoint;
  const plain = KEY_BYTES[method] !== undefined;
  return writeLink({
    scheme: 'ss',
    user: plain
      ? `${method}:${encode(password)}`
      : Buffer.from(`${method}:${password}`).toString('base64url'),
    authority: formatAuthority(endpoint),
    parameters: { plugin: plugin ? pluginText(plugin) : '' },
    remarks,
  });
}

/** The format of SIP003. */
function pluginText(plugin: ShadowsocksPlugin): string {
  return [PLUGIN_NAMES[plugin.name], ...pluginOptions(plugin)].join(';');
}

export const PLUGIN_NAMES = { obfs: 'obfs-local', 'v2ray-plugin': 'v2ray-plugin' } as const;

export function pluginOptions(plugin: ShadowsocksPlugin): string[] {
  const options =
    plugin.name === 'obfs'
      ? { obfs: plugin.mode, 'obfs-host': plugin.host }
      : { host: plugin.host, path: plugin.path };
  const named = Object.entries(options)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`);
  return plugin.name === 'v2ray-plugin' && plugin.tls ? ['tls', ...named] : named;
}
