import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificates } from '@repo/testkit/certificates/certificates';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { audited, buildImage, cleanUp, everything } from './docker-cleanup.ts';
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
  `docker-label-cleanup on a daemon far away ${dockerEngine.needs}`,
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

    const ways: Readonly<
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
      'ssh, by a stand-in for it': async () => {
        // The docker CLI runs `ssh … host docker system dial-stdio`; this one stays here.
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

    test.each(Object.keys(ways))('by %s the same set is cleaned', async (name) => {
      const way = await ways[name]?.();
      await using result = await cleanUp(daemon, way?.inputs, { env: way?.env ?? {} });
      expect(await audited(result), result.log).toEqual([
        'container test: removed',
        'image app:production: protected',
        'image app:testing: removed',
        'network net: removed',
        'volume data: removed',
      ]);
      expect(await everything(daemon)).toEqual({
        containers: ['prod'],
        images: ['app:production', 'box:1'],
        networks: [],
        volumes: [],
      });
    });

    test('without the right certificates nobody is let in, and it is said what to check', async () => {
      const host = daemon.tcp ?? '';
      await using plain = await cleanUp(daemon, { host });
      expect(plain.outputs.verdict).toBe('unknown');
      expect(plain.annotations[0]).toMatchObject({ level: 'warning' });
      expect(plain.annotations[0]?.message).toContain('give tls-ca, tls-cert and tls-key');
      await using stranger = await cleanUp(daemon, {
        host,
        ...TLS,
        'tls-ca': pem.selfSigned.certFile,
      });
      expect(stranger.annotations[0]?.message).toContain('Check tls-ca, tls-cert and tls-key');
      expect((await everything(daemon)).containers).toEqual(['prod', 'test']);
    });

    test('with 30 ms of round trip it is the same set', async () => {
      await using relay = await startRelay(daemon.host.slice('unix://'.length), 15);
      await using result = await cleanUp(daemon, { host: `tcp://127.0.0.1:${relay.port}` });
      expect(result.outputs).toMatchObject({ removed: '4', failed: '0' });
    });
  },
);
