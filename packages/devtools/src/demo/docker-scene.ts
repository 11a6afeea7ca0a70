import { once } from 'node:events';
import { request } from 'node:http';
import { platform } from 'node:os';
import { text } from 'node:stream/consumers';
import type { DemoTerminal } from './demo-terminal.ts';

/** The socket of the daemon: from DOCKER_HOST if it names a socket, else the default. */
const SOCKET =
  /^(?:unix|npipe):\/\/(.+)$/.exec(process.env.DOCKER_HOST ?? '')?.[1] ??
  (platform() === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock');
/** A label for the objects of this run only. */
const LABEL = `demo-run=${process.pid}-${Date.now()}`;

/** Removes leftovers of CI jobs from a real Docker daemon; skipped without a daemon. */
export async function dockerScene(terminal: DemoTerminal): Promise<void> {
  terminal.heading('Clean up Docker objects of CI jobs');
  try {
    await callEngine('GET', '/_ping');
  } catch {
    terminal.print(
      `Skipped: cannot reach a Docker daemon at \`${SOCKET}\`. Start one (\`apt-get install docker.io\` or Docker Desktop) and run the demo again.`,
    );
    return;
  }
  const names = ['cache', 'database', 'production'].map((name) => `demo-${process.pid}-${name}`);
  try {
    for (const name of names)
      await callEngine('POST', '/volumes/create', { Name: name, Labels: createLabels(name) });
    terminal.print(
      'Three volumes have the label of a CI run. One of them also has the label `production`.',
    );
    await terminal.runStep({
      action: 'docker-label-cleanup',
      name: 'cleanup',
      with: { labels: LABEL, resources: 'volumes', host: getHost() },
      expect: 'pass',
    });
  } finally {
    for (const name of names) await callEngine('DELETE', `/volumes/${name}`);
  }
}

function createLabels(name: string): Readonly<Record<string, string>> {
  const [key = '', value = ''] = LABEL.split('=');
  return { [key]: value, ...(name.endsWith('production') ? { environment: 'production' } : {}) };
}

function getHost(): string {
  return platform() === 'win32' ? `npipe://${SOCKET}` : `unix://${SOCKET}`;
}

/** Calls the Docker Engine API. Throws if the daemon is unreachable. */
async function callEngine(method: string, path: string, body?: object): Promise<string> {
  const sent = request({
    socketPath: SOCKET,
    method,
    path,
    timeout: 3_000,
    headers: { host: 'docker', 'content-type': 'application/json' },
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(sent, 'response');
  return text(response);
}
