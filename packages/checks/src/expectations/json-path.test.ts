import { expect, test } from 'vitest';
import { expectJson, jsonPath } from './json-path.ts';

const JSON_BODY = {
  status: 'ok',
  code: 200,
  text: '200',
  version: '1.10',
  on: true,
  none: null,
  nested: { b: 2, a: [1, { x: 1 }] },
  checks: [
    { name: 'db', ok: true, ms: 12 },
    { name: 'a==b', ok: false, ms: 80 },
    { name: "o'clock", ok: true, ms: 7 },
  ],
};

async function judge(line: string, json: unknown = JSON_BODY): Promise<string> {
  const [expectation] = await expectJson().parse(line);
  const judgement = expectation?.judge({ json }) ?? expect.unreachable('no expectation');
  return judgement.met ? 'met' : judgement.found;
}

test.each([
  "$.status == 'ok'",
  '$.status == "ok"',
  '$.status == ok',
  '$.code == 200',
  '$.code==200',
  "$['code'] >= 200",
  '$.code < 300',
  '$.on == true',
  '$.none == null',
  '$.none',
  '$.status != failed',
  '$.text == "200"',
  '$.status > "a"',
  '$.nested == {"a": [1, {"x": 1}], "b": 2}',
  "$.checks[?@.name == 'a==b'].ok == false",
  `$.checks[?@.name == "a==b" && @.ms >= 80].ms == 80`,
  `$.checks[?@.name == 'o\\'clock'].ms == 7`,
  "$.checks[?match(@.name, 'd[a-c]')].ok == true",
  "$.checks[?search(@.name, '==')].ok == false",
  '$.checks[*].ms < 100',
  '$..x == 1',
  '$.checks[?length(@.name) == 2].ok == true',
])('%s', async (line) => {
  expect(await judge(line)).toBe('met');
});

test.each([
  ['$.status == failed', '$.status is "ok", expected == "failed"'],
  ['$.status != ok', '$.status is "ok", expected != "ok"'],
  ['$.code == "200"', '$.code is 200, expected == "200"'],
  ['$.text == 200', '$.text is "200", expected == 200'],
  ['$.text > 100', '$.text is "200", expected > 100'],
  ['$.on > 0', '$.on is true, expected > 0'],
  ['$.none < 1', '$.none is null, expected < 1'],
  ['$.absent', '$.absent is not in the body'],
  ['$.checks.length', '$.checks.length is not in the body'],
  ['$.absent != 1', '$.absent is not in the body'],
  ['$.checks[*].ok == true', '$.checks[*].ok is [true,false,true], expected == true'],
  ['$.checks[*].ms != 80', '$.checks[*].ms is [12,80,7], expected != 80'],
  [
    "$.checks[?match(@.name, 'd')].ok == true",
    "$.checks[?match(@.name, 'd')].ok is not in the body",
  ],
])('%s shows the actual value', async (line, message) => {
  expect(await judge(line)).toBe(message);
});

test('reports a body that is not JSON, but accepts null', async () => {
  const [expectation] = await expectJson().parse('$.status == ok');
  expect(expectation?.judge({})).toEqual({ met: false, found: 'the body is not JSON' });
  expect(await judge('$ == null', null)).toBe('met');
});

test('reads one expectation per line', async () => {
  const all = await expectJson().parse('$.status == ok\n\n  $.code == 200\n');
  expect(all.map(({ source, reads }) => [source, reads])).toEqual([
    ['$.status == ok', ['json']],
    ['$.code == 200', ['json']],
  ]);
  expect(expectJson().empty?.()).toEqual([]);
});

test.each([
  ['status == ok', /is not a JSON path/],
  ['$.status = ok', /is not a JSON path/],
  ['$.checks[', /is not a JSON path/],
  ['$.status ==', /has no value after ==/],
  ["$[?match(@.a, '(')]", /is not a regular expression/],
  ["$[?match(@.a, '(?=a)')]", /is not a regular expression/],
  ['$[?search(@.a, @.pattern)]', /calls search with a pattern that is not a string literal/],
  ["$[?nothing(@.a, 'x')]", /is not a JSON path \(no such function/],
])('rejects %s', async (line, message) => {
  await expect(expectJson().parse(`$.fine\n${line}`)).rejects.toMatchObject({
    name: 'InvalidValue',
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(/\.$/),
  });
});

test('evaluates a pattern with exponential backtracking quickly', async () => {
  const names = [{ name: `${'a'.repeat(20_000)}!` }];
  const start = performance.now();
  for (const name of ['match', 'search']) {
    expect(await judge(`$[?${name}(@.name, '^(a+)+$')]`, names)).toMatch(/is not in the body$/);
  }
  expect(performance.now() - start).toBeLessThan(2_000);
});

test('evaluates two patterns in one path', async () => {
  const path = await jsonPath().parse("$[?match(@.a, 'x+') && search(@.b, 'y')].a");
  expect(
    path([
      { a: 'xx', b: 'zyz' },
      { a: 'zxz', b: 'y' },
      { a: 'x', b: 1 },
    ]),
  ).toEqual(['xx']);
});

test('does not read properties of prototypes', async () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const path = await jsonPath().parse(`$.${name}`);
    expect(path({})).toEqual([]);
    expect(path(JSON.parse(`{"${name}": 1}`))).toEqual([1]);
  }
});

test('searches deep and wide JSON completely', async () => {
  const path = await jsonPath().parse('$..x');
  let deep: unknown = { x: 1 };
  for (let depth = 0; depth < 199; depth++) deep = [deep];
  expect(path(deep)).toEqual([1]);
  expect(path(Array.from({ length: 20_000 }, () => ({ x: 2 })))).toHaveLength(20_000);
});

test('shortens a long value', async () => {
  const message = await judge('$.status == ok', { status: '\u001b[31m::error::'.repeat(50_000) });
  expect(message.length).toBeLessThan(150);
  expect(message).toMatch(/…, expected == "ok"$/);
});
