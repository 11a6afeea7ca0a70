import { once } from 'node:events';
import { request } from 'node:http';
import { platform } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Stage } from './stage.ts';

/** Where the daemon listens: what DOCKER_HOST says, as far as it is a socket, or the usual place. */
const SOCKET =
  /^(?:unix|npipe):\/\/(.+)$/.exec(process.env.DOCKER_HOST ?? '')?.[1] ??
  (platform() === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock');
/** Only what this very run has made. */
const LABEL = `demo-run=${process.pid}-${Date.now()}`;

/** What dead CI jobs left on a real daemon is removed; where there is none, that is said. */
export async function dockerScene(stage: Stage): Promise<void> {
  stage.scene('What CI left behind is cleaned up');
  try {
    await engine('GET', '/_ping');
  } catch {
    stage.tell(
      `No Docker daemon answers at \`${SOCKET}\`, so this scene is left out. Start one (\`apt-get install docker.io\`, Docker Desktop), and play the demo again.`,
    );
    return;
  }
  const names = ['cache', 'database', 'production'].map((name) => `demo-${process.pid}-${name}`);
  try {
    for (const name of names)
      await engine('POST', '/volumes/create', { Name: name, Labels: labels(name) });
    stage.tell(
      'Three volumes, labelled as of one CI run; one of them is labelled `production` too.',
    );
    await stage.step({
      action: 'docker-label-cleanup',
      name: 'cleanup',
      with: { labels: LABEL, resources: 'volumes', host: address() },
      expect: 'pass',
    });
  } finally {
    for (const name of names) await engine('DELETE', `/volumes/${name}`);
  }
}

function labels(name: string): Readonly<Record<string, string>> {
  const [key = '', value = ''] = LABEL.split('=');
  return { [key]: value, ...(name.endsWith('production') ? { environment: 'production' } : {}) };
}

function address(): string {
  return platform() === 'win32' ? `npipe://${SOCKET}` : `unix://${SOCKET}`;
}

/** One call of the Docker Engine API. Throws when nobody answers. */
async function engine(method: string, path: string, body?: object): Promise<string> {
  const asked = request({
    socketPath: SOCKET,
    method,
    path,
    timeout: 3_000,
    headers: { host: 'docker', 'content-type': 'application/json' },
  });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(asked, 'response');
  return text(response);
}
