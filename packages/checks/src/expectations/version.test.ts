import { expect, test } from 'vitest';
import { parseJson } from '../parse-json.ts';
import { jsonPath } from './json-path.ts';
import { expectVersion, type VersionSource } from './version.ts';

function judge(wanted: string, body: string, source: VersionSource = {}, headers = {}): string {
  const { judge, reads } = expectVersion(wanted, source);
  expect(reads).toEqual(['headers', 'json', 'body']);
  const judgement = judge({ headers, body, json: parseJson(body) });
  return judgement.met ? 'met' : judgement.found;
}

const path = await jsonPath().parse('$.build.commit');
const NOWHERE = 'the response has no version';

test.each<[string, string]>([
  ['1.2.3', '1.2.3'],
  ['1.2.3', ' 1.2.3\n'],
  ['1.2.3', 'shop 1.2.3 (linux)'],
  ['1.2.3', 'shop/1.2.3'],
  ['1.2.3', 'This is 1.2.3.'],
  ['1.2.3', '<b>1.2.3</b>'],
  ['1.2.3', '1.2.30 and then 1.2.3'],
  ['1.2.3', '{"version": "1.2.3", "old": "1.2.2"}'],
  ['abc1234', '{"version": "1.2.3 (abc1234)"}'],
  ['7', '{"version": 7}'],
  ['abc1234', '{"commit": "abc1234"}'],
  ['1.2.3', '"1.2.3"'],
])('finds %s in %s', (wanted, body) => {
  expect(judge(wanted, body)).toBe('met');
});

test.each<[string, string, string]>([
  ['1.2', '1.2.1', 'version "1.2.1", expected "1.2"'],
  ['1.2', 'v11.2', 'version "v11.2", expected "1.2"'],
  ['1.2', '0.1.2', 'version "0.1.2", expected "1.2"'],
  ['1.2', '1.2-rc1', 'version "1.2-rc1", expected "1.2"'],
  ['1.2', '1.2+7', 'version "1.2+7", expected "1.2"'],
  ['abc', 'abcdef', 'version "abcdef", expected "abc"'],
  ['1.2.3', '', 'version "", expected "1.2.3"'],
  // The response of the old version mentions the new version elsewhere.
  ['2', '{"version": "1", "next": "2"}', 'version "1", expected "2"'],
  ['1', '{"version": null}', 'version "null", expected "1"'],
  ['2', '{"version": {"toString": 1}}', 'version "{"toString":1}", expected "2"'],
])('does not find %s in %s', (wanted, body, found) => {
  expect(judge(wanted, body)).toBe(found);
});

test.each<[string, string, string]>([
  ['abc', '{"build": {"commit": "abc"}}', 'met'],
  ['7', '{"build": {"commit": 7}}', 'met'],
  ['abc', '{"build": {"commit": "abc def"}}', 'version "abc def", expected "abc"'],
  ['abc', '{"build": {"commit": {"valueOf": 1}}}', 'version "{"valueOf":1}", expected "abc"'],
  ['abc', '{"version": "abc"}', NOWHERE],
  ['abc', 'abc', NOWHERE],
])('%s at a path in %s: %s', (wanted, body, found) => {
  expect(judge(wanted, body, { path })).toBe(found);
});

test.each<[object, string]>([
  [{ 'x-version': 'abc' }, 'met'],
  [{ 'x-version': 'abc def' }, 'version "abc def", expected "abc"'],
  [{}, NOWHERE],
])('a header of %j: %s', (headers, found) => {
  expect(judge('abc', 'abc', { header: 'X-Version' }, headers)).toBe(found);
});

test('does not read properties of the prototype as headers', () => {
  expect(judge('abc', '', { header: 'constructor' })).toBe(NOWHERE);
});

test('shortens a long body in the message', () => {
  const message = judge('1.2', '<html>\u001b[31m'.repeat(50_000));
  expect(message.length).toBeLessThan(150);
  expect(message).toMatch(/…", expected "1\.2"$/);
});
