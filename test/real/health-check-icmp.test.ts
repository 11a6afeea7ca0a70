import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';
import { healthCheck } from './health-check.ts';

const ping = engine('ping', 'apt-get install iputils-ping');

describe.skipIf(ping.path === undefined)(`health-check and the real ping ${ping.needs}`, () => {
  test('the loopback answers over IPv4 and IPv6', async () => {
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

  test('an error of ping is unknown', async () => {
    // Without -b, ping exits with an error for a broadcast address.
    await using result = await healthCheck({ url: 'icmp://255.255.255.255' });
    expect(result.outputs.status).toBe('unknown');
    expect(result.outputs.message).toMatch(/ping failed: .*broadcast/);
  });
});
