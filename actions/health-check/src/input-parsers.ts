import {
  getHeaderSecrets,
  headerName,
  headerValue,
  isSensitiveName,
} from '@repo/checks/kinds/http-syntax';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { type KeyValue, keyValue } from '@repo/core/inputs/key-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** `host:port=address`. The host is in lower case and without brackets, as lookups use it. */
export function resolveOverride(): SyncParser<readonly [endpoint: string, address: string]> {
  return {
    parse: (given) => {
      const [, host, port = '', address = ''] = /^([^=\s]+):(\d+)=(.+)$/.exec(given) ?? [];
      const bare = withoutBrackets(address);
      if (host === undefined || !isAddress(bare)) {
        throw new InvalidValue('is not host:port=address', 'Write example.com:443=192.0.2.1.');
      }
      return [`${withoutBrackets(host).toLowerCase()}:${Number(port)}`, bare];
    },
  };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Uses the URL parser: loading `node:net` would add a tenth to the start time of each run. */
function isAddress(text: string): boolean {
  const isV4 = /^\d+(\.\d+){3}$/.test(text) && URL.canParse(`http://${text}/`);
  return isV4 || (text.includes(':') && URL.canParse(`http://[${text}]/`));
}

/** A workflow of this repository, and the ref to start it on. */
export interface WorkflowRef {
  /** The file name or the ID. */
  readonly file: string;
  /** Branch or tag. Default: the ref of the run, else the default branch. */
  readonly ref?: string;
}

/** `deploy.yml`, `.github/workflows/deploy.yml` or an ID, each with an optional `@branch`. */
export function workflowRef(): SyncParser<WorkflowRef> {
  return {
    parse: (given) => {
      const [, file, ref] =
        /^(?:\.github\/workflows\/)?([\w.-]+\.ya?ml|\d+)(?:@([^\s@]+))?$/.exec(given) ?? [];
      if (file === undefined) {
        throw new InvalidValue(
          'is not a workflow file of this repository',
          'Write a file name such as deploy.yml, or deploy.yml@branch.',
        );
      }
      return { file, ...(ref !== undefined && { ref }) };
    },
  };
}

/** `Name: value`, valid in HTTP. */
export function headerLine(): SyncParser<KeyValue> {
  const line = keyValue(':');
  return {
    parse: (given) => {
      const [name, value] = line.parse(given);
      return [headerName().parse(name), headerValue().parse(value)];
    },
    secrets: (given) => {
      const [name, value = ''] = splitAtColon(given);
      return isSensitiveName(name) ? getHeaderSecrets(value.trim()) : [];
    },
  };
}

/** `user:password` for the Authorization header. */
export function basicAuth(): SyncParser<KeyValue> {
  return {
    parse: (given) => {
      const [user, password] = splitAtColon(given);
      if (user === '' || password === undefined) {
        throw new InvalidValue('has no ":" after the user', 'Write user:password.');
      }
      return [user, password];
    },
    // An invalid value may be just the password.
    secrets: (given) => [given, splitAtColon(given)[1] ?? ''].filter((one) => one !== ''),
  };
}

function splitAtColon(given: string): readonly [name: string, value?: string] {
  const [, name = given, value] = /^([^:]*):(.*)$/s.exec(given) ?? [];
  return value === undefined ? [name] : [name, value];
}
