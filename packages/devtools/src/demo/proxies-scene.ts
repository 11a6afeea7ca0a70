import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import type { Stage } from './stage.ts';

/** A list of three proxies on this machine: one works, one has died, one is back. */
export async function proxiesScene(stage: Stage, folder: string): Promise<void> {
  stage.scene('A proxy list stays fresh');
  const pem = certificates();
  const target = { script: respond(204), tls: { pair: pem.good } };
  await using first = await startHttpServer(target);
  await using second = await startHttpServer(target);
  await using works = await startProxy({ protocol: 'http' });
  await using back = await startProxy({ protocol: 'socks5' });
  await using hangs = await startProxy({ protocol: 'http', fault: { kind: 'close' } });
  const record = (protocol: string, port: number, working: boolean) => ({
    config: `${protocol}://127.0.0.1:${port}`,
    protocol,
    address: '127.0.0.1',
    port,
    latency: working ? 120 : null,
    is_working: working,
    tested_at: '2026-01-01T00:00:00+00:00',
  });
  const list = [
    record('http', works.port, true),
    record('socks5', back.port, false),
    record('http', hangs.port, true),
  ];
  writeFileSync(join(folder, 'proxies.json'), JSON.stringify(list, undefined, 2));
  stage.tell('Three proxies in `proxies.json`: one works, one has just died, one is back.');
  await stage.step({
    action: 'proxy-retest',
    name: 'proxies',
    cwd: folder,
    with: {
      list: 'proxies.json',
      targets: `${first.url}/\n${second.url}/`,
      'ca-file': pem.ca.certFile,
      'allow-private': 'true',
      'min-retain-ratio': '0',
      engine: 'none',
      'budget-minutes': '1',
    },
    expect: 'pass',
  });
}
