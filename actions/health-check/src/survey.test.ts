import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { survey } from './survey.ts';
import { readInputs } from './testing/read-inputs.ts';

const workspace = await mkdtemp(join(tmpdir(), 'health-check-'));

async function network(
  given: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
) {
  const { values } = await readInputs({ url: 'https://a.example', ...given });
  const variable = (name: string) => variables[name] ?? '';
  return (await survey({ inputs: values, workspace, variable })).network;
}

test('the default network has any family and refuses link-local addresses', async () => {
  const { addresses, ...rest } = await network({});
  expect(rest).toEqual({ family: undefined, overrides: new Map(), tls: {}, insecure: false });
  expect(addresses('169.254.169.254')).toBe('169.254.169.254 is a cloud metadata address');
  expect(addresses('127.0.0.1')).toBeUndefined();
});

test('the inputs configure the network', async () => {
  const { family, overrides, insecure, addresses } = await network({
    'ip-family': '6',
    resolve: 'A.example:443=192.0.2.1',
    insecure: 'true',
    'allow-link-local': 'true',
  });
  expect({ family, overrides, insecure }).toEqual({
    family: 6,
    overrides: new Map([['a.example:443', '192.0.2.1']]),
    insecure: true,
  });
  expect(addresses('169.254.169.254')).toBeUndefined();
  expect((await network({ 'ip-family': '4' })).family).toBe(4);
});

test('reads certificates from the workspace', async () => {
  for (const name of ['ca.pem', 'cert.pem', 'key.pem'])
    await writeFile(join(workspace, name), name);
  const files = {
    'ca-file': 'ca.pem',
    'cert-file': 'cert.pem',
    'key-file': join(workspace, 'key.pem'),
  };
  expect((await network(files)).tls).toEqual({ ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' });
});

test('reports all unreadable files', async () => {
  const files = { 'ca-file': 'none.pem', 'cert-file': '.', 'key-file': 'none.key' };
  await expect(network(files)).rejects.toMatchObject({
    name: 'InputError',
    problems: [
      { where: 'ca-file', given: 'none.pem', problem: 'cannot be read (ENOENT)' },
      { where: 'cert-file', given: '.', problem: 'cannot be read (EISDIR)' },
      { where: 'key-file', given: 'none.key', problem: 'cannot be read (ENOENT)' },
    ],
  });
});

test('the proxies of the environment apply, and the input proxy replaces them', async () => {
  const variables = { HTTPS_PROXY: 'http://env.example:3128', NO_PROXY: 'direct.example' };
  const find = async (given: Readonly<Record<string, string>>, host: string) =>
    (await network(given, variables)).findProxy?.(new URL(`https://${host}/`))?.host;
  expect(await find({}, 'a.example')).toBe('env.example:3128');
  expect(await find({}, 'direct.example')).toBeUndefined();
  expect(await find({ proxy: 'http://input.example:8080' }, 'direct.example')).toBe(
    'input.example:8080',
  );
});
