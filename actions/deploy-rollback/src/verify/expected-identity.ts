import type { HttpCheckOptions } from './http-check.ts';

/**
 * What `expect-identity` asks of the answer: `version={sha}` is a value of its JSON, anything else
 * a text that has to be in it. `{sha}` and `{short-sha}` stand for the restored release.
 */
export function expectedIdentity(
  given: string,
  revision: string,
): Pick<HttpCheckOptions, 'body' | 'json'> {
  const filled = given
    .replaceAll('{sha}', revision)
    .replaceAll('{short-sha}', revision.slice(0, 7));
  const [, path, value] = /^([\w.-]+)=(.*)$/s.exec(filled) ?? [];
  return path === undefined || value === undefined
    ? { body: filled, json: {} }
    : { body: '', json: { [path]: value } };
}
