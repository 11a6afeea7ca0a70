import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';
import { startNginx } from './nginx.ts';

const nginx = engine('nginx', 'apt-get install nginx-light');
const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));

describe.skipIf(nginx.path === undefined)(`health-check and a real nginx ${nginx.needs}`, () => {
  test('is healthy with latencies when running, and unhealthy when stopped', async () => {
    await using server = await startNginx(nginx.path ?? '');
    await using up = await runAction({ action, with: { url: server.url, 'expect-body': 'ok' } });
    expect(up.exitCode).toBe(0);
    expect(up.outputs.status).toBe('healthy');
    const report = JSON.parse(await readFile(up.outputs['report-file'] ?? '', 'utf8'));
    const { connect, firstByte, total } = report.result.checks[0].latency;
    expect(connect.p50).toBeGreaterThan(0);
    expect(firstByte.p50).toBeGreaterThan(0);
    expect(total.p50).toBeGreaterThanOrEqual(firstByte.p50);

    await server.stop();
    await using down = await runAction({
      action,
      with: { url: server.url, deadline: '300ms', interval: '50ms' },
    });
    expect(down.exitCode).toBe(1);
    expect(down.outputs.status).toBe('unhealthy');
    expect(down.outputs.message).toContain(`127.0.0.1:${server.port}`);
    expect(down.outputs.message).toMatch(/refused.*after \d+ attempts/);
  });
});
