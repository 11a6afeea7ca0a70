import { describe, expect, it } from 'vitest';
import { explainError, peerName } from './explain.ts';

const step = { phase: 'connect', peer: '192.0.2.1:80' } as const;

function systemError(code: string, syscall = 'connect'): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

describe('explainError', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['EMFILE', 'local'],
    ['EACCES', 'local'],
    ['EADDRNOTAVAIL', 'local'],
    ['ENOENT', 'local'],
  ])('maps %s to %s', (code, kind) => {
    expect(explainError(systemError(code), step)).toMatchObject({ phase: 'connect', kind, code });
  });

  it('lists the members of an aggregate and the causes', () => {
    const inner = new Error('cable cut', { cause: new Error('by a \u001b[31mdigger') });
    const refused = systemError('ECONNREFUSED');
    expect(explainError(new AggregateError([refused, inner], 'all failed'), step)).toEqual({
      phase: 'connect',
      kind: 'refused',
      code: 'ECONNREFUSED',
      message: 'connection refused by 192.0.2.1:80',
      causes: ['connect ECONNREFUSED', 'cable cut', 'by a digger'],
    });
  });

  it('ends with circular causes', () => {
    const error = new Error('round');
    error.cause = error;
    expect(explainError(error, step).causes).toHaveLength(5);
  });

  it('accepts thrown values that are not errors', () => {
    expect(explainError('a \u0007text', step)).toEqual({
      phase: 'connect',
      kind: 'local',
      message: '192.0.2.1:80: a text',
    });
  });
});

describe('peerName', () => {
  it('contains host, port and address', () => {
    expect(peerName('192.0.2.1', 80)).toBe('192.0.2.1:80');
    expect(peerName('::1', 80)).toBe('[::1]:80');
    expect(peerName('shop.example', 443, '::1')).toBe('shop.example:443 (::1)');
  });
});
