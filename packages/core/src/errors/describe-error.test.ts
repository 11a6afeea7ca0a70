import { describe, expect, test } from 'vitest';
import { describeError } from './describe-error.ts';

const withCause = (message: string, cause: unknown) => new Error(message, { cause });

describe('describeError', () => {
  test('describes an error and its cause', () => {
    const error = withCause('reading report', withCause('open failed', new Error('EACCES')));
    expect(describeError(error)).toBe('reading report: open failed: EACCES');
  });

  test('does not repeat a cause', () => {
    expect(describeError(withCause('fetch failed: refused', new Error('refused')))).toBe(
      'fetch failed: refused',
    );
  });

  test('describes an error without a message by its name', () => {
    expect(describeError(new TypeError())).toBe('TypeError');
  });

  test('describes all members of an AggregateError, without its empty message', () => {
    const refused = new AggregateError([
      new Error('connect ECONNREFUSED ::1:80'),
      new Error('connect ECONNREFUSED 127.0.0.1:80'),
    ]);
    expect(describeError(withCause('fetch failed', refused))).toBe(
      'fetch failed: connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80',
    );
  });

  test('describes an AggregateError without members by its message and cause', () => {
    const error = new AggregateError([], 'all failed', { cause: new Error('no route') });
    expect(describeError(error)).toBe('all failed: no route');
  });

  test('follows causes five levels deep, and five members per level', () => {
    let chain: unknown = 'f';
    for (const name of ['e', 'd', 'c', 'b', 'a']) chain = withCause(name, chain);
    expect(describeError(chain)).toBe('a: b: c: d: e');
    const many = new AggregateError(Array.from({ length: 1_000 }, (_, n) => new Error(`no ${n}.`)));
    expect(describeError(many)).toBe('no 0.; no 1.; no 2.; no 3.; no 4.');
  });

  test('handles circular causes', () => {
    const self = new Error('self');
    self.cause = self;
    expect(describeError(self)).toBe('self');
    const [a, b] = [new Error('a'), new Error('b')];
    a.cause = b;
    b.cause = a;
    expect(describeError(a)).toBe('a: b');
    const group = new AggregateError([], 'group');
    group.errors.push(group, group);
    expect(describeError(group)).toBe('group');
  });

  test.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ code: 'E1' }, "{ code: 'E1' }"],
    [Object.create(null), '[Object: null prototype] {}'],
    [Symbol('s'), 'Symbol(s)'],
    [withCause('outer', null), 'outer'],
  ])('describes any thrown value: %o', (thrown, expected) => {
    expect(describeError(thrown)).toBe(expected);
  });

  test('sanitizes untrusted text', () => {
    expect(describeError(withCause('::error::a\n\u001b[31mb', new Error('##[x]')))).toBe(
      ':\u200b:error::a b: ##\u200b[x]',
    );
  });

  test('reports a refusal by a proxy without the errors around it', () => {
    const refusal = new Error('Proxy response (407) !== 200 when HTTP Tunneling');
    const error = withCause('fetch failed', withCause('Request was cancelled.', refusal));
    expect(describeError(error)).toBe('the proxy refused the connection with status 407');
  });
});
