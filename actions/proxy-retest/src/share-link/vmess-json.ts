import type { Tls, VMess } from '../endpoint/endpoint.ts';
import { parseHost, parsePort, parseServerName, parseUserId, quote } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { isOn, parseAlpn, parseFingerprint } from './tls.ts';
import { parseTransport, pathWithEarlyData } from './transport.ts';
import { parseAlterId, parseCipher } from './vmess-cipher.ts';

/** Parses the JSON of a VMess link; numbers may be numbers, strings or null. */
export function parseVmessJson(text: string, fragment: string): NamedEndpoint<VMess> {
  const read = createFieldReader(text);
  return {
    endpoint: {
      protocol: 'vmess',
      host: parseHost(read('add', 'address')),
      port: parsePort(read('port')),
      uuid: parseUserId(read('id', 'uuid')),
      alterId: parseAlterId(read('aid')),
      security: parseCipher(read('scy', 'security')),
      tls: parseTls(read),
      transport: parseTransport({
        network: read('net'),
        header: read('type'),
        path: read('path'),
        host: read('host'),
        // With gRPC, the path contains the service name.
        service: read('serviceName', 'path'),
      }),
    },
    remarks: read('ps', 'remarks') || fragment,
  };
}

/** Returns the first field that is not empty; lists are joined with commas. */
type Read = (...names: readonly string[]) => string;

function createFieldReader(text: string): Read {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidLink('its base64 is not valid JSON');
  }
  const fields = new Map(Object.entries(json as object));
  const read = (name: string) => {
    const value: unknown = fields.get(name) ?? '';
    if (Array.isArray(value) && value.every((part) => typeof part === 'string')) {
      return value.join(',');
    }
    if (typeof value === 'object') throw new InvalidLink(`its "${name}" is not text or a number`);
    return String(value).trim();
  };
  return (...names) => names.map(read).find((value) => value !== '') ?? '';
}

function parseTls(read: Read): Tls | undefined {
  const kind = read('tls').toLowerCase();
  if (['', 'none', 'false', '0'].includes(kind)) return undefined;
  if (!['tls', 'true', '1'].includes(kind)) {
    throw new InvalidLink(`its tls ${quote(kind)} is neither tls nor none`);
  }
  return {
    serverName: parseServerName(read('sni', 'serverName')),
    insecure: ['skip-cert-verify', 'allowInsecure', 'insecure'].some((name) => isOn(read(name))),
    alpn: parseAlpn(read('alpn')),
    fingerprint: parseFingerprint(read('fp')),
    reality: undefined,
  };
}

/** The format of v2rayN, which all clients support. */
export function formatVmess({ endpoint, remarks }: NamedEndpoint<VMess>): string {
  const { tls, transport } = endpoint;
  const json = {
    v: '2',
    ps: remarks,
    add: endpoint.host,
    port: String(endpoint.port),
    id: endpoint.uuid,
    aid: String(endpoint.alterId),
    scy: endpoint.security,
    ...transportFields(transport, tls !== undefined),
    tls: tls ? 'tls' : '',
    sni: tls?.serverName ?? '',
    alpn: tls?.alpn.join(',') ?? '',
    fp: tls?.fingerprint ?? '',
    ...(tls?.insecure && { allowInsecure: '1' }),
  };
  return `vmess://${Buffer.from(JSON.stringify(json)).toString('base64')}`;
}

function transportFields(transport: VMess['transport'], tls: boolean) {
  const fields = { net: transport.kind, type: 'none', host: '', path: '' };
  switch (transport.kind) {
    case 'tcp':
      return fields;
    case 'grpc':
      return { ...fields, type: 'gun', path: transport.service };
    case 'http':
      return {
        ...(tls ? { net: 'h2', type: 'none' } : { net: 'tcp', type: 'http' }),
        host: transport.hosts.join(','),
        path: transport.path,
      };
    case 'ws':
      return {
        ...fields,
        host: transport.host,
        path: pathWithEarlyData(transport.path, transport.earlyData),
      };
    case 'httpupgrade':
      return { ...fields, host: transport.host, path: transport.path };
  }
}
