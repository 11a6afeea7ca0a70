import { describe, expect, it } from 'vitest';
import { parseLogLine } from './log-lines.ts';

describe('parseLogLine', () => {
  it.each([
    [
      'INFO[0000] inbound/mixed[in]: tcp server started at 127.0.0.1:40659',
      { kind: 'listening', port: 40659 },
    ],
    ['INFO[0000] sing-box started (0.00s)', { kind: 'started' }],
    [
      'INFO[0001] [3239687584 1ms] inbound/mixed[in]: [p0] inbound connection to h.example:80',
      { kind: 'connection', id: '3239687584', user: 'p0' },
    ],
    [
      'ERROR[0001] [3239687584 1.2s] connection: open connection to h.example:80 using outbound/trojan[p1]: dial tcp 127.0.0.1:1: connect: connection refused',
      {
        kind: 'failure',
        id: '3239687584',
        text: 'connection: open connection to h.example:80 using outbound/trojan[p1]: dial tcp 127.0.0.1:1: connect: connection refused',
      },
    ],
    [
      'FATAL[0000] initialize outbound[0]: unknown method: foo',
      { kind: 'fatal', text: 'initialize outbound[0]: unknown method: foo' },
    ],
    ['INFO[0001] [1 0ms] inbound/mixed[in]: inbound connection from 127.0.0.1:60368', undefined],
    ['INFO[0000] network: updated default interface eth0, index 4', undefined],
    ['goroutine 1 [running]:', undefined],
    ['', undefined],
  ])('%s', (line, event) => {
    expect(parseLogLine(line)).toEqual(event);
  });

  it('ignores a target that looks like a user', () => {
    const line = 'INFO[1] [1 0ms] inbound/mixed[in]: [a b] inbound connection to x:80';
    expect(parseLogLine(line)).toBeUndefined();
  });
});
