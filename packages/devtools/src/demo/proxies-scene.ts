import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import type { DemoTerminal } from './demo-terminal.ts';

/** Retests a list of three local proxies: one works, one stopped working, one works again. */
export async function proxiesScene(terminal: DemoTerminal, folder: string): Promise<void> {
  terminal.heading('Retest a proxy list');
  const pem = certificates();
  const target = { script: respond(204), tls: { pair: pem.good } };
  await using first = await startHttpServer(target);
  await using second = await startHttpServer(target);
  await using working = await startProxy({ protocol: 'http' });
  await using recovered = await startProxy({ protocol: 'socks5' });
  await using stopped = await startProxy({ protocol: 'http', fault: { kind: 'close' } });
  const record = (protocol: string, port: number, isWorking: boolean) => ({
    config: `${protocol}://127.0.0.1:${port}`,
    protocol,
    address: '127.0.0.1',
    port,
    latency: isWorking ? 120 : null,
    is_working: isWorking,
    tested_at: '2026-01-01T00:00:00+00:00',
  });
  const list = [
    record('http', working.port, true),
    record('socks5', recovered.port, false),
    record('http', stopped.port, true),
  ];
  writeFileSync(join(folder, 'proxies.json'), JSON.stringify(list, undefined, 2));
  terminal.print(
    'Three proxies in `proxies.json`: one works, one stopped working, one works again.',
  );
  await terminal.runStep({
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
      budget: '1m',
    },
    expect: 'pass',
  });
}
