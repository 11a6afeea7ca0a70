import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { healthCheck } from './health-check.ts';

test('an HTTP server on a Unix socket: healthy, unhealthy, stopped, unreachable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unix-test-'));
  const socket = join(folder, 'app.sock');
  const server = createServer(({ url, method, headers }, response) => {
    response.statusCode = url === '/down' ? 503 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ url, method, host: headers.host }));
  }).listen(socket);
  try {
    await once(server, 'listening');
    await using healthy = await healthCheck({
      url: `unix://${socket}:/health?deep=1`,
      checks: `
        - name: post
          unix: {socket: ${socket}, path: /health, method: POST, body: hello}
          expect:
            - status == 200 && json.method == 'POST' && json.host == 'localhost'
            - headers['content-type'] == 'application/json' && address == '${socket}'
            - phases.total > duration('0s') && httpVersion == '1.1'
        - name: root
          unix: {socket: ${socket}}
          expect: json.url == '/'`,
    });
    expect(healthy.outputs.message).toBe('All 3 checks are healthy');
    await using unhealthy = await healthCheck({ url: `unix://${socket}:/down` });
    expect(unhealthy.outputs.message).toContain('status 503, expected 200-299');
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await using gone = await healthCheck({ url: `unix://${socket}:/health` });
    expect(gone.outputs.status).toBe('unhealthy');
    expect(gone.outputs.message).toContain('app.sock');
    await writeFile(socket, 'a file');
    await using file = await healthCheck({ url: `unix://${socket}:/health` });
    expect(file.outputs.status).toBe('unhealthy');
    const long = `unix:///${'x'.repeat(200)}.sock:/health`;
    await using impossible = await healthCheck({ url: long });
    expect(impossible.outputs.status).toBe('unknown');
  } finally {
    await rm(folder, { recursive: true });
  }
});
