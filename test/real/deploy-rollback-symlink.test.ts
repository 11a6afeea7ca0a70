import { mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { engine } from './engine.ts';
import { type Nginx, startNginx } from './nginx.ts';
import { type Machine, startMachine } from './rollback/machine.ts';

vi.setConfig({ testTimeout: 120_000 });

const nginx = engine('nginx', 'apt-get install nginx-light');

describe.skipIf(nginx.path === undefined)(
  `deploy-rollback with releases behind a link, served by nginx ${nginx.needs}`,
  () => {
    let server: Nginx;
    let machine: Machine;

    beforeEach(async () => {
      server = await startNginx(nginx.path ?? '');
      rmSync(server.root, { recursive: true });
      machine = startMachine({
        strategies: `- symlink: {link: ${server.root}, releases: ${server.root}/../releases, keep: 2}`,
        inputs: { 'verify-url': server.url, 'expect-identity': 'release good' },
      });
      deploy('good');
    });
    afterEach(async () => {
      await machine[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    function deploy(name: string): void {
      const folder = join(server.root, '../releases', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'index.html'), `release ${name}\n`);
      rmSync(server.root, { force: true });
      symlinkSync(`releases/${name}`, server.root);
    }

    const answer = async () => (await fetch(server.url)).text();

    test('restores the target of the link and verifies the release', async () => {
      await machine.snapshot();
      deploy('bad');
      expect(await answer()).toBe('release bad\n');
      const { log } = await machine.rollback();
      expect(log).toMatch(/identity of symlink .*: good/);
      expect(await answer()).toBe('release good\n');
      expect(readlinkSync(server.root)).toBe('releases/good');
    });

    test('requests succeed during the switch', async () => {
      await machine.snapshot();
      deploy('bad');
      const responses = new Set<string>();
      let isDone = false;
      const requests = (async () => {
        while (!isDone) {
          const response = await fetch(server.url);
          responses.add(`${response.status} ${await response.text()}`);
        }
      })();
      await machine.rollback();
      isDone = true;
      await requests;
      expect([...responses].toSorted()).toEqual(['200 release bad\n', '200 release good\n']);
    });

    test('has the same result after a kill at each change', async () => {
      await machine.snapshot();
      for (let change = 1, killed = true; killed; change++) {
        deploy('bad');
        killed = await machine.killAfter(change);
        expect((await fetch(server.url)).status).toBe(200);
        if (killed) await machine.rollbackAgain();
        else expect(change).toBeGreaterThan(3);
        expect(await answer()).toBe('release good\n');
        machine.forgetRollbacks();
      }
    });

    test('the preflight finds a missing release, and nothing is changed', async () => {
      await machine.snapshot();
      deploy('bad');
      rmSync(join(server.root, '../releases/good'), { recursive: true });
      await using result = await machine.run();
      expect(result.outputs, result.log).toMatchObject({ result: 'no-target' });
      expect(result.log).toMatch(/releases\/good does not exist any more/);
      expect(await answer()).toBe('release bad\n');
    });
  },
);
