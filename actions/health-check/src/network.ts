import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Network } from '@repo/checks/kinds/kind';
import { InputError, type InputProblem } from '@repo/core/errors/input-error';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import { allowAny, refuseLinkLocal } from '@repo/probe/address';
import type { Inputs } from './inputs.ts';

/** What the inputs say about connections; reads the certificate files. Throws an InputError. */
export async function networkOf(inputs: Inputs, workspace: string): Promise<Network> {
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
    ...(inputs.proxy && { proxy: inputs.proxy }),
  };
}
