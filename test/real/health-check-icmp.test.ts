import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';
import { healthCheck } from './health-check.ts';

const ping = engine('ping', 'apt-get install iputils-ping');

describe.skipIf(ping.path === undefined)(`health-check and the real ping ${ping.needs}`, () => {
  test('this machine answers, over both families', async () => {
    await using result = await healthCheck({
      url: 'icmp://127.0.0.1\nicmp://[::1]',
      checks: `
        - name: several
          icmp: {host: localhost, count: 5}
          expect: [received == 5, lossPercent == 0, "latency > duration('0s')"]`,
      'ip-family': 'auto',
    });
    expect(result.outputs.message).toBe('All 3 checks are healthy');
  });

  test('what ping refuses to do says nothing about the host', async () => {
    // A broadcast needs -b: ping says so and ends, without a packet sent.
    await using result = await healthCheck({ url: 'icmp://255.255.255.255' });
    expect(result.outputs.status).toBe('unknown');
    expect(result.outputs.message).toMatch(/ping failed: .*broadcast/);
  });
});
