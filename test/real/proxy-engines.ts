import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Engine, engine } from './engine.ts';

/** The engine of the action; also the server for protocols without a Debian package. */
export const singBox: Engine = {
  ...engine(
    'sing-box',
    'go install -tags with_gvisor,with_quic,with_utls github.com/sagernet/sing-box/cmd/sing-box@v1.14.1',
    [join(homedir(), 'go/bin')],
  ),
  ...(process.env.SING_BOX && { path: process.env.SING_BOX }),
};
/**
 * Earlier versions with different configuration formats, and with WireGuard, which the Go module proxy
 * provides only for them.
 */
const earlier = (version: string) =>
  engine(`sing-box-${version}`, `bash .ci/run builds it`, [join(homedir(), 'go/bin')]);
export const wireGuard = earlier('1.12');
export const earlierSingBoxes: readonly Engine[] = [earlier('1.11'), wireGuard];
export const v2ray = engine('v2ray', 'apt-get install v2ray');
export const trojan = engine('trojan', 'apt-get install trojan');
export const shadowsocks = engine('ss-server', 'apt-get install shadowsocks-libev');
