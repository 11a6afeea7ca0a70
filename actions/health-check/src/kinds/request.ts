import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { secretsOfUrl } from '@repo/core/inputs/http-url';
import { basicCredentials } from '@repo/probe/proxy';
import * as v from 'valibot';
import { headerName, headerValue, isSensitive, secretsOfHeader } from '../header-line.ts';

/** The headers of a request, as a configuration has them. */
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

/** What nobody may see of a request. */
export function secretsOfRequest(
  url: URL,
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  const credentials = basicCredentials(url);
  return [
    ...secretsOfUrl(url.href),
    ...(credentials === undefined ? [] : secretsOfHeader(credentials)),
    ...queryOf(url).flatMap(([name, value]) => (isSensitive(name) ? [value] : [])),
    ...Object.entries(headers).flatMap(([name, value]) =>
      isSensitive(name) ? secretsOfHeader(value) : [],
    ),
  ];
}

/** Most URLs have none, and to look for it takes longer than all the rest. */
function queryOf(url: URL): readonly (readonly [string, string])[] {
  return url.search === '' ? [] : [...url.searchParams];
}

/** The URL without what must not be seen. */
export function publicUrl(url: URL): string {
  if (url.search === '' && url.username === '' && url.password === '') return url.href;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of shown.searchParams.keys()) {
    if (isSensitive(name)) shown.searchParams.set(name, '***');
  }
  return shown.href;
}
