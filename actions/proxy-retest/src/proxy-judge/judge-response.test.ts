import { describe, expect, test } from 'vitest';
import {
  compareResponse,
  findStableFields,
  type JudgeResponse,
  parseJudgeResponse,
} from './judge-response.ts';

const OWN = '192.0.2.7';
const SENT = { 'user-agent': 'proxy-retest', 'x-retest-token': 'abc' };

const body = (changes: object = {}, headers: object = {}) =>
  JSON.stringify({
    headers: { ...SENT, ...headers },
    ip: '198.51.100.1',
    page: 'unchanged',
    ...changes,
  });

function parse(text: string): JudgeResponse {
  const seen = parseJudgeResponse(text);
  if (seen === undefined) throw new Error('not a response of a judge');
  return seen;
}

const direct = parse(
  JSON.stringify({ headers: { via: '1.1 cdn' }, ip: OWN, page: 'unchanged', at: 1 }),
);
const baseline = {
  response: direct,
  stableFields: findStableFields(
    direct,
    parse(JSON.stringify({ headers: {}, ip: OWN, page: 'unchanged', at: 2 })),
  ),
};

test.each(['', 'null', '[]', '7', '{"ip":"x"}', '{"headers":null}', '{"headers":"x"}', '{"a":'])(
  'rejects %s',
  (text) => expect(parseJudgeResponse(text)).toBeUndefined(),
);

test('reads the format of httpbin', () => {
  const { ip, headers, rest } = parse(
    '{"headers":{"Accept":["a","b"]},"origin":"192.0.2.7","x":[1]}',
  );
  expect([ip, headers.get('accept'), rest.get('x'), rest.has('origin')]).toEqual([
    OWN,
    'a, b',
    '[1]',
    false,
  ]);
  expect(parse('{"headers":{},"ip":7}').ip).toBe('');
});

test('finds the fields that are the same in both responses', () => {
  expect([...baseline.stableFields.keys()]).toEqual(['page']);
});

describe('compareResponse', () => {
  test.each([
    ['not a judge response', 'blocked', 'the response of the judge was changed'],
    [
      'header removed',
      body({ headers: { 'user-agent': 'proxy-retest' } }),
      'the header x-retest-token was removed',
    ],
    ['header changed', body({}, { 'user-agent': 'curl' }), 'the header user-agent was changed'],
    ['field changed', body({ page: 'with an advert' }), 'the response of the judge was changed'],
    ['field removed', body({ page: undefined }), 'the response of the judge was changed'],
  ])('%s: tampered', (_, text, reason) => {
    expect(compareResponse(text, SENT, baseline)).toEqual({ kind: 'tampered', reason });
  });

  test.each([
    ['no trace', body(), 'elite'],
    ['unstable field changed', body({ at: 99 }), 'elite'],
    ['header that direct requests have too', body({}, { via: '1.1 cdn' }), 'elite'],
    ['proxy header', body({}, { Forwarded: 'for=unbaseline' }), 'anonymous'],
    [
      'client address in a list',
      body({}, { 'x-forwarded-for': `10.0.0.1, ${OWN}` }),
      'transparent',
    ],
    [
      'client address in Forwarded',
      body({}, { forwarded: `for="${OWN}";proto=http` }),
      'transparent',
    ],
    ['client address as ip', body({ ip: OWN }), 'transparent'],
    ['address with the same prefix', body({}, { 'x-client': `${OWN}1` }), 'elite'],
  ])('%s: %#', (_, text, anonymity) => {
    expect(compareResponse(text, SENT, baseline)).toEqual({ kind: 'honest', anonymity });
  });

  test('does not report transparent without a client address', () => {
    const withoutIp = { ...baseline, response: { ...direct, ip: '' } };
    expect(compareResponse(body({ ip: '' }), SENT, withoutIp)).toEqual({
      kind: 'honest',
      anonymity: 'elite',
    });
  });
});
