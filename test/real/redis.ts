import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { disposeWithFolder, startServer } from './server-process.ts';

/** A real redis-server in its own folder. */
export interface Redis extends AsyncDisposable {
  readonly port: number;
  /** Uses a localhost certificate of the test CA. */
  readonly tlsPort: number;
  readonly stop: () => Promise<void>;
}

/** @param settings further lines of redis.conf */
export async function startRedis(path: string, settings: readonly string[] = []): Promise<Redis> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-test-'));
  const [port, tlsPort] = [await closedPort(), await closedPort()];
  const { ca, good } = certificates();
  const config = join(folder, 'redis.conf');
  await writeFile(
    config,
    [
      `port ${port}`,
      `tls-port ${tlsPort}`,
      'bind 127.0.0.1',
      `tls-cert-file ${good.certFile}`,
      `tls-key-file ${good.keyFile}`,
      `tls-ca-cert-file ${ca.certFile}`,
      'tls-auth-clients no',
      `dir ${folder}`,
      'save ""',
      ...settings,
    ].join('\n'),
  );
  const { stop } = await startServer(path, [config], { ready: { port, host: '127.0.0.1' } });
  return {
    port,
    tlsPort,
    stop,
    ...disposeWithFolder({ stop }, folder),
  };
}
