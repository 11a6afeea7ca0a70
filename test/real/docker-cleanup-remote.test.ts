import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildImage, cleanUp, listAll, readAudit } from './docker-cleanup.ts';
import { type Dockerd, dockerEngine, startDockerd } from './dockerd.ts';
import { startRelay } from './relay.ts';

const TESTING = ['--label', 'environment=testing'];
const pem = certificates();
const TLS = {
  'tls-ca': pem.ca.certFile,
  'tls-cert': pem.client.certFile,
  'tls-key': pem.client.keyFile,
};

describe.skipIf(dockerEngine.path === undefined)(
  `docker-label-cleanup on a remote daemon ${dockerEngine.needs}`,
  () => {
    let daemon: Dockerd;
    beforeAll(async () => {
      daemon = await startDockerd({
        tls: { ca: pem.ca.certFile, cert: pem.good.certFile, key: pem.good.keyFile },
      });
    });
    afterAll(() => daemon?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      await daemon.clear();
      await daemon.importBusybox('box:1');
      await daemon.docker('network', 'create', '--internal', ...TESTING, 'net');
      await daemon.docker('volume', 'create', ...TESTING, 'data');
      await buildImage(daemon, ['app:testing', 'app:production'], { from: 'box:1' });
      await daemon.docker(
        ...['run', '-d', '--name', 'test', '--network', 'net', '-v', 'data:/data', ...TESTING],
        'app:testing',
      );
      await daemon.docker('create', '--name', 'prod', '--network', 'none', 'box:1');
    });

    const connections: Readonly<
      Record<
        string,
        () => Promise<{ inputs: Record<string, string>; env?: Record<string, string> }>
      >
    > = {
      'its socket': async () => ({ inputs: { host: daemon.host } }),
      DOCKER_HOST: async () => ({ inputs: { host: '' }, env: { DOCKER_HOST: daemon.host } }),
      'TCP with TLS': async () => ({ inputs: { host: daemon.tcp ?? '', ...TLS } }),
      'DOCKER_HOST with DOCKER_TLS_VERIFY': async () => {
        const folder = join(daemon.folder, 'certificates');
        await mkdir(folder, { recursive: true });
        for (const [name, text] of [
          ['ca.pem', pem.ca.cert],
          ['cert.pem', pem.client.cert],
          ['key.pem', pem.client.key],
        ] as const) {
          await writeFile(join(folder, name), text);
        }
        return {
          inputs: { host: '' },
          env: {
            DOCKER_HOST: daemon.tcp ?? '',
            DOCKER_TLS_VERIFY: '1',
            DOCKER_CERT_PATH: folder,
          },
        };
      },
      'a docker context': async () => {
        await daemon.docker('context', 'rm', '-f', 'far').catch(() => {});
        const { ca, client } = pem;
        const keys = `ca=${ca.certFile},cert=${client.certFile},key=${client.keyFile}`;
        await daemon.docker('context', 'create', 'far', '--docker', `host=${daemon.tcp},${keys}`);
        return {
          inputs: { host: '', context: 'far' },
          env: { DOCKER_CONFIG: join(daemon.folder, 'config') },
        };
      },
      'ssh, with a fake client': async () => {
        // The docker CLI runs `ssh … host docker system dial-stdio`; the fake runs it locally.
        const bin = join(daemon.folder, 'bin');
        await mkdir(bin, { recursive: true });
        await writeFile(
          join(bin, 'ssh'),
          `#!/bin/sh\nexec env DOCKER_HOST=${daemon.host} docker system dial-stdio\n`,
        );
        await chmod(join(bin, 'ssh'), 0o755);
        return {
          inputs: { host: 'ssh://runner@builder.example' },
          env: { PATH: `${bin}:${process.env.PATH}` },
        };
      },
    };

    test.each(Object.keys(connections))('removes the same objects through %s', async (name) => {
      const connection = await connections[name]?.();
      await using result = await cleanUp(daemon, connection?.inputs, {
        env: connection?.env ?? {},
      });
      expect(await readAudit(result), result.log).toEqual([
        'container test: removed',
        'image app:production: protected',
        'image app:testing: removed',
        'network net: removed',
        'volume data: removed',
      ]);
      expect(await listAll(daemon)).toEqual({
        containers: ['prod'],
        images: ['app:production', 'box:1'],
        networks: [],
        volumes: [],
      });
    });

    test('reports wrong TLS certificates as unknown, with a remedy', async () => {
      const host = daemon.tcp ?? '';
      await using plain = await cleanUp(daemon, { host });
      expect(plain.outputs.verdict).toBe('unknown');
      expect(plain.annotations[0]).toMatchObject({ level: 'warning' });
      expect(plain.annotations[0]?.message).toContain('tls-ca, tls-cert and tls-key');
      await using untrusted = await cleanUp(daemon, {
        host,
        ...TLS,
        'tls-ca': pem.selfSigned.certFile,
      });
      expect(untrusted.annotations[0]?.message).toContain('tls-ca, tls-cert and tls-key');
      expect((await listAll(daemon)).containers).toEqual(['prod', 'test']);
    });

    test('removes the same objects with 30 ms of round trip', async () => {
      await using relay = await startRelay(daemon.host.slice('unix://'.length), 15);
      await using result = await cleanUp(daemon, { host: `tcp://127.0.0.1:${relay.port}` });
      expect(result.outputs).toMatchObject({ removed: '4', failed: '0' });
    });
  },
);
