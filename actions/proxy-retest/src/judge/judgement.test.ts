import { describe, expect, test } from 'vitest';
import { judge, parseSight, type Sight, steady } from './judgement.ts';

const OWN = '192.0.2.7';
const SENT = { 'user-agent': 'proxy-retest', 'x-retest-token': 'abc' };

const body = (changes: object = {}, headers: object = {}) =>
  JSON.stringify({
    headers: { ...SENT, ...headers },
    ip: '198.51.100.1',
    page: 'as ever',
    ...changes,
  });

function sight(text: string): Sight {
  const seen = parseSight(text);
  if (seen === undefined) throw new Error('no sight');
  return seen;
}

const direct = sight(
  JSON.stringify({ headers: { via: '1.1 cdn' }, ip: OWN, page: 'as ever', at: 1 }),
);
const known = {
  sight: direct,
  steady: steady(direct, sight(JSON.stringify({ headers: {}, ip: OWN, page: 'as ever', at: 2 }))),
};

test.each(['', 'null', '[]', '7', '{"ip":"x"}', '{"headers":null}', '{"headers":"x"}', '{"a":'])(
  '%s is not what a judge says',
  (text) => expect(parseSight(text)).toBeUndefined(),
);

test('httpbin says "origin", lists of values are one, names are in any case', () => {
  const { ip, headers, rest } = sight(
    '{"headers":{"Accept":["a","b"]},"origin":"192.0.2.7","x":[1]}',
  );
  expect([ip, headers.get('accept'), rest.get('x'), rest.has('origin')]).toEqual([
    OWN,
    'a, b',
    '[1]',
    false,
  ]);
  expect(sight('{"headers":{},"ip":7}').ip).toBe('');
});

test('only what stays the same from one answer to the next can be changed by a proxy', () => {
  expect([...known.steady.keys()]).toEqual(['page']);
});

describe('what a proxy changes', () => {
  test.each([
    ['the answer is none', 'blocked', 'the answer of the judge was changed'],
    [
      'a header is gone',
      body({ headers: { 'user-agent': 'proxy-retest' } }),
      'the header x-retest-token was removed on the way',
    ],
    [
      'a header is another',
      body({}, { 'user-agent': 'curl' }),
      'the header user-agent was changed on the way',
    ],
    [
      'the page is another',
      body({ page: 'with an advert' }),
      'the answer of the judge was changed',
    ],
    ['a part of it is gone', body({ page: undefined }), 'the answer of the judge was changed'],
  ])('%s: tampered', (_, text, why) => {
    expect(judge(text, SENT, known)).toEqual({ kind: 'tampered', why });
  });

  test.each([
    ['nothing shows', body(), 'elite'],
    ['what changes by itself may change', body({ at: 99 }), 'elite'],
    ['a header that every request has there', body({}, { via: '1.1 cdn' }), 'elite'],
    ['it shows that it is a proxy', body({}, { Forwarded: 'for=unknown' }), 'anonymous'],
    ['our address in a list', body({}, { 'x-forwarded-for': `10.0.0.1, ${OWN}` }), 'transparent'],
    ['our address in Forwarded', body({}, { forwarded: `for="${OWN}";proto=http` }), 'transparent'],
    ['our address as the client’s', body({ ip: OWN }), 'transparent'],
    ['an address that only begins like ours', body({}, { 'x-client': `${OWN}1` }), 'elite'],
  ])('%s: %#', (_, text, anonymity) => {
    expect(judge(text, SENT, known)).toEqual({ kind: 'honest', anonymity });
  });

  test('where our address is not known, nobody gives it away', () => {
    const blind = { ...known, sight: { ...direct, ip: '' } };
    expect(judge(body({ ip: '' }), SENT, blind)).toEqual({ kind: 'honest', anonymity: 'elite' });
  });
});
