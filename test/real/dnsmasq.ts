import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { disposeWithFolder, startServer } from './server-process.ts';

/** A real dnsmasq with the zone `test`, over UDP and TCP. */
export interface Dnsmasq extends AsyncDisposable {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Too long for a datagram of 512 bytes. */
const LONG_TEXTS = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(200));

export async function startDnsmasq(path: string): Promise<Dnsmasq> {
  const folder = await mkdtemp(join(tmpdir(), 'dnsmasq-test-'));
  const port = await closedPort();
  const config = join(folder, 'dnsmasq.conf');
  await writeFile(
    config,
    [
      'keep-in-foreground',
      `port=${port}`,
      'listen-address=127.0.0.1,::1',
      'bind-interfaces',
      'no-resolv',
      'no-hosts',
      'no-daemon',
      `pid-file=${folder}/pid`,
      'local-ttl=300',
      'local=/test/',
      'auth-ttl=300',
      'host-record=shop.test,192.0.2.1,2001:db8::1,600',
      'host-record=shop.test,192.0.2.2',
      'host-record=shop.example,192.0.2.1,600',
      'cname=www.test,shop.test',
      'mx-host=shop.test,mail.test,10',
      'txt-record=shop.test,v=spf1 -all',
      `txt-record=long.test,${LONG_TEXTS.join(',')}`,
      'srv-host=_sip._tcp.test,sip.test,5060,10,5',
      'caa-record=shop.test,0,issue,letsencrypt.org',
      'ptr-record=1.2.0.192.in-addr.arpa,shop.test',
    ].join('\n'),
  );
  const { stop } = await startServer(path, [`--conf-file=${config}`], {
    ready: { port, host: '127.0.0.1' },
  });
  return {
    port,
    stop,
    ...disposeWithFolder({ stop }, folder),
  };
}
