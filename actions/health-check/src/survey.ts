import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Network } from '@repo/checks/kinds/kind';
import { readProxies } from '@repo/core/action/proxies';
import { InputError, type InputProblem } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import { allowAny, refuseLinkLocal } from '@repo/probe/address';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import type { Inputs } from './inputs.ts';

export interface Survey {
  readonly network: Network;
  /** The configurations of the inputs `checks` and `config`. */
  readonly configs: readonly Config[];
}

/** Reads the certificates and the configurations. Throws an InputError. */
export async function survey({
  inputs,
  workspace,
  variable,
}: Pick<Context, 'inputs' | 'workspace' | 'variable'>): Promise<Survey> {
  return {
    network: await readNetwork(inputs, workspace, variable),
    configs: await readConfigs(inputs, workspace),
  };
}

async function readNetwork(
  inputs: Inputs,
  workspace: string,
  variable: Context['variable'],
): Promise<Network> {
  const read = async (input: string, path: string): Promise<string | InputProblem | undefined> =>
    path === ''
      ? undefined
      : readFile(resolve(workspace, path), 'utf8').catch((error) =>
          unreadableFile(input, path, error),
        );
  const files = await Promise.all([
    read('ca-file', inputs.caFile),
    read('cert-file', inputs.certFile),
    read('key-file', inputs.keyFile),
  ]);
  const problems = files.filter((file) => typeof file === 'object');
  if (problems.length > 0) throw new InputError(problems);
  // The input applies to every URL; NO_PROXY limits only the proxies of the environment.
  const findProxy = inputs.proxy ? () => inputs.proxy : readProxies(variable)?.find;
  const [ca, cert, key] = files.filter((file) => typeof file !== 'object');
  return {
    family: inputs.ipFamily === 'auto' ? undefined : inputs.ipFamily === '4' ? 4 : 6,
    overrides: new Map(inputs.resolve),
    addresses: inputs.allowLinkLocal ? allowAny : refuseLinkLocal,
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    },
    insecure: inputs.insecure,
    ...(findProxy && { findProxy }),
  };
}

async function readConfigs(
  { checks, config }: Inputs,
  workspace: string,
): Promise<readonly Config[]> {
  const sources: { name: string; text: string }[] = [];
  if (checks !== '') sources.push({ name: 'checks', text: checks });
  if (config !== '') {
    const text = await readFile(resolve(workspace, config), 'utf8').catch((error) => {
      throw new InputError([unreadableFile('config', config, error)]);
    });
    sources.push({ name: config, text });
  }
  if (sources.length === 0) return [];
  const { readConfig } = await import('./config.ts');
  return Promise.all(sources.map(({ name, text }) => readConfig(text, name)));
}
