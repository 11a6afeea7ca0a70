import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { basicCredentials, secretsOfUrl } from '@repo/core/inputs/http-url';
import * as v from 'valibot';
import { getHeaderSecrets, headerName, headerValue, isSensitiveName } from './http-syntax.ts';

/** The request headers in a configuration. */
export const requestHeaders = v.pipe(
  v.record(v.string(), field(headerValue())),
  v.rawCheck(({ dataset, addIssue }) => {
    for (const name of Object.keys(dataset.typed ? dataset.value : {})) {
      try {
        headerName().parse(name);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        addIssue({ message: `${error.message}\n${error.remedy}` });
      }
    }
  }),
);

/** Credentials in the URL and the headers of a request. */
export function getRequestSecrets(
  url: URL,
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  const credentials = basicCredentials(url);
  return [
    ...secretsOfUrl(url.href),
    ...(credentials === undefined ? [] : getHeaderSecrets(credentials)),
    ...getQuery(url).flatMap(([name, value]) => (isSensitiveName(name) ? [value] : [])),
    ...Object.entries(headers).flatMap(([name, value]) =>
      isSensitiveName(name) ? getHeaderSecrets(value) : [],
    ),
  ];
}

/** Reading `searchParams` is slow, and most URLs have no query. */
function getQuery(url: URL): readonly (readonly [string, string])[] {
  return url.search === '' ? [] : [...url.searchParams];
}

/** The URL without credentials, for logs and reports. */
export function redactUrl(url: URL): string {
  if (url.search === '' && url.username === '' && url.password === '') return url.href;
  const redacted = new URL(url);
  redacted.username = '';
  redacted.password = '';
  for (const name of redacted.searchParams.keys()) {
    if (isSensitiveName(name)) redacted.searchParams.set(name, '***');
  }
  return redacted.href;
}
