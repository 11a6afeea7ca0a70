import { expect, test } from 'vitest';
import { expectStatus } from './status.ts';

const parse = (given: string) => expectStatus().parse(given);

test.each([
  ['200-299', [200, 204, 299], [100, 199, 300, 404, 503]],
  ['200', [200], [201]],
  ['200,204', [200, 204], [203]],
  ['200, 204 301-308', [200, 204, 301, 305, 308], [201, 300, 309]],
  ['404', [404], [200]],
  ['100-599', [100, 599], []],
])('%s', (given, good, bad) => {
  const { judge } = parse(given);
  for (const status of good) expect(judge({ status })).toEqual({ met: true });
  for (const status of bad) {
    expect(judge({ status })).toEqual({ met: false, found: `status ${status}, expected ${given}` });
  }
});

test('reads the status', () => {
  expect(parse('200')).toMatchObject({ source: 'status 200', reads: ['status'] });
});

test.each(['ok', '99', '600', '20', '2000', '299-200', '200-', '-299', '200,', '2xx', '200–299'])(
  'rejects %s',
  (given) => {
    expect(() => parse(given)).toThrow('has an invalid status code');
  },
);
