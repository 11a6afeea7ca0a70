import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { startNode } from '@repo/testkit/runner/start-node';
import { bundleNode } from '@repo/testkit/runner/windows-lane';
import { expect, onTestFinished } from 'vitest';
import { cell } from '../setups/cell.ts';
import { ownProgram } from './own-program.ts';

const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));
const node = `'${bundleNode()}'`;

async function createWorkspace(): Promise<string> {
  const workspace = await mkdtemp(join(tmpdir(), 'windows-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true, maxRetries: 5 }));
  return workspace;
}

/** Runs one attempt of the bundle. */
async function check(checks: string, workspace: string) {
  const inputs = { checks, 'max-attempts': '1' };
  const result = await runAction({ action, cwd: workspace, with: inputs, trackFiles: false });
  onTestFinished(() => result[Symbol.asyncDispose]());
  return result;
}

async function readChecks(result: Awaited<ReturnType<typeof check>>) {
  const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
  return report.result.checks;
}

cell(
  'windows',
  'a command that times out is killed together with its child processes',
  async () => {
    const workspace = await createWorkspace();
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connection = once(server, 'connection') as Promise<[Socket]>;
    await writeFile(
      join(workspace, 'child.cjs'),
      `require('node:net').connect(${port}, '127.0.0.1').on('error', () => process.exit())`,
    );
    const running = check(
      `[{ name: hangs, exec: { command: [cmd.exe, /c, ${node}, child.cjs] }, timeout: 12s }]`,
      workspace,
    );
    const started = await Promise.race([connection, running]);
    if (!Array.isArray(started)) throw new Error(started.log);
    const [socket] = started;
    const closed = once(socket.on('error', () => {}).resume(), 'close');
    const result = await running;
    expect(result.outputs.status, result.log).not.toBe('healthy');
    await closed;
  },
);

cell('windows', 'a ping.exe of the workspace is not run', async () => {
  const workspace = await createWorkspace();
  await copyFile(ownProgram(), join(workspace, 'ping.exe'));
  const result = await check('[{ name: ping, icmp: { host: 127.0.0.1 } }]', workspace);
  expect(result.outputs.status, result.log).toBe('healthy');
});

cell('windows', 'pings that were not sent within the timeout are not lost', async () => {
  const workspace = await createWorkspace();
  const checks = `[{ name: ping, icmp: { host: 127.0.0.1, count: 12 }, timeout: 5s, expect: lossPercent == 0 }]`;
  const result = await check(checks, workspace);
  expect(result.outputs.status, result.log).toBe('healthy');
});

cell('windows', 'the message about a batch file says what to write', async () => {
  const workspace = await createWorkspace();
  await writeFile(join(workspace, 'tool.cmd'), '@echo ready\r\n');
  const checks = (command: string) =>
    `[{ name: tool, exec: { command: ${command} }, expect: stdout.contains("ready") }]`;
  const refused = await check(checks('./tool'), workspace);
  expect(refused.log).toContain(
    './tool is a batch file (tool.cmd). Write [cmd.exe, /c, ./tool, …].',
  );
  const written = await check(checks('[cmd.exe, /c, tool]'), workspace);
  expect(written.outputs.status, written.log).toBe('healthy');
});

cell('windows', 'a path without quotes is refused with a hint', async () => {
  const workspace = await createWorkspace();
  const result = await check(
    '[{ name: tool, exec: { command: C:\\tools\\check.exe --x } }]',
    workspace,
  );
  expect(result.log).toContain('has a backslash outside of quotes');
  expect(result.log).toContain("'C:\\tools\\check.exe'");
});

cell('windows', 'a service on a named pipe is healthy, a socket of Linux is unknown', async () => {
  const workspace = await createWorkspace();
  const script = join(workspace, 'serve.cjs');
  await writeFile(
    script,
    `require('node:http').createServer((_, response) => response.end('ok'))
        .listen('\\\\\\\\.\\\\pipe\\\\app', () => console.log('listening'));`,
  );
  const service = await startNode({ script, cwd: workspace, env: {} });
  onTestFinished(() => service.send('SIGKILL'));
  await once(service.stdout, 'data');
  const result = await check(
    String.raw`
      - { name: pipe, unix: { socket: '\\.\pipe\app' } }
      - { name: missing, unix: { socket: '\\.\pipe\missing' } }
      - { name: linux, unix: { socket: /run/app.sock } }`,
    workspace,
  );
  const statuses = (await readChecks(result)).map(({ name, status }: Record<string, string>) => [
    name,
    status,
  ]);
  expect(Object.fromEntries(statuses), result.log).toEqual({
    pipe: 'healthy',
    missing: 'unhealthy',
    linux: 'unknown',
  });
});
