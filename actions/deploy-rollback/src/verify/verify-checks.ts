import { expectBody } from '@repo/checks/expectations/body';
import type { Expectation } from '@repo/checks/expectations/expectation';
import { expectJsonValue } from '@repo/checks/expectations/json-value';
import { expectStatus } from '@repo/checks/expectations/status';
import { createHttpTarget } from '@repo/checks/kinds/http';
import { requestHeaders } from '@repo/checks/kinds/http-request';
import { createTcpTarget, endpointSchema } from '@repo/checks/kinds/tcp';
import { field } from '@repo/core/config/field';
import { oneKey } from '@repo/core/config/one-key';
import { parseConfig } from '@repo/core/config/parse-config';
import { httpUrl } from '@repo/core/inputs/http-url';
import { peerName } from '@repo/probe/explain';
import * as v from 'valibot';
import { createVerifyCheck, type VerifyCheck } from './verify-check.ts';

const MESSAGES = {
  none: 'has no known kind of check',
  several: 'has several kinds of check\nWrite an item for each.',
  hint: 'To run a command, use verify-command.',
};

const MAX_REDIRECTS = 10;

const http = v.pipe(
  v.strictObject(
    {
      url: field(httpUrl()),
      status: v.optional(field(expectStatus()), '200-299'),
      headers: v.optional(requestHeaders, {}),
      body: v.optional(v.string(), ''),
      json: v.optional(v.record(v.string(), field({ parse: (given) => given })), {}),
    },
    'An http check has the keys url, status, headers, body and json.',
  ),
  v.transform(({ url, status, headers, body, json }) =>
    createUrlCheck(url, headers, [
      status,
      ...(body === '' ? [] : [expectBody().parse(body)]),
      ...Object.entries(json).map(([path, value]) => expectJsonValue(path, value)),
    ]),
  ),
);

const tcp = v.pipe(
  endpointSchema,
  v.transform((endpoint) =>
    createVerifyCheck({
      title: `tcp ${peerName(endpoint.host, endpoint.port)}`,
      target: createTcpTarget(endpoint),
    }),
  ),
);

const KINDS: Readonly<Record<string, v.GenericSchema<unknown, VerifyCheck>>> = { http, tcp };

const checks = v.pipe(
  v.array(
    oneKey(Object.keys(KINDS), MESSAGES, (kind) => {
      const schema = KINDS[kind];
      return schema && namedCheck(kind, schema);
    }),
    'Write a list: - http: {url: …}',
  ),
  v.minLength(1, 'has no checks\nWrite at least one.'),
);

/** Parses `verify-checks`, YAML or JSON. @throws InputError with the line and column of each mistake */
export async function parseVerifyChecks(text: string): Promise<readonly VerifyCheck[]> {
  return parseConfig(text, 'verify-checks', checks);
}

/** A check of `verify-url`: a status from 200 to 299 and the identity of the restored release. */
export function createVerifyUrlCheck(
  url: URL,
  expectIdentity: string,
  revision: string,
): VerifyCheck {
  return createUrlCheck(url, {}, [
    expectStatus().parse('200-299'),
    ...getIdentityExpectations(expectIdentity, revision),
  ]);
}

function createUrlCheck(
  url: URL,
  headers: Readonly<Record<string, string>>,
  expect: readonly Expectation[],
): VerifyCheck {
  const target = createHttpTarget({
    url,
    method: 'GET',
    headers,
    body: undefined,
    followRedirects: true,
    maxRedirects: MAX_REDIRECTS,
  });
  return createVerifyCheck({ title: `http ${target.description}`, target, expect });
}

/**
 * The input `expect-identity`: `version={sha}` is a value in the JSON body, any other text has to
 * be in the body. `{sha}` and `{short-sha}` are the restored release.
 */
export function getIdentityExpectations(given: string, revision: string): readonly Expectation[] {
  if (given === '') return [];
  const text = given.replaceAll('{sha}', revision).replaceAll('{short-sha}', revision.slice(0, 7));
  const [, path, value] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  return path === undefined || value === undefined
    ? [expectBody().parse(text)]
    : [expectJsonValue(path, value)];
}

/** A check with the optional `name` of the user as its title. */
function namedCheck(kind: string, schema: v.GenericSchema<unknown, VerifyCheck>) {
  return v.pipe(
    v.strictObject(
      { name: v.optional(v.string()), [kind]: schema },
      `A check has the keys name and ${kind}.`,
    ),
    v.transform((given): VerifyCheck => {
      // TypeScript cannot narrow a key that is only known at run time.
      const check = given[kind] as VerifyCheck;
      return typeof given.name === 'string' ? { ...check, title: given.name } : check;
    }),
  );
}
