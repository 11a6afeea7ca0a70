import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type RunActionOptions,
  runAction,
  type StageResult,
} from '@repo/testkit/runner/run-action';
import { computeIdentity } from '../../actions/proxy-retest/src/endpoint/endpoint.ts';
import { parseShareLink } from '../../actions/proxy-retest/src/share-link/share-link.ts';

const action = fileURLToPath(new URL('../../actions/proxy-retest', import.meta.url));

/** The results of a run of the bundle. */
export interface Retested {
  readonly run: StageResult;
  /** `alive`, `untested`, or the phase and kind of the failure. */
  readonly of: (link: string) => string;
}

/** Runs the bundle of proxy-retest on a list of links, which may be on the loopback interface. */
export async function retestLinks(
  links: readonly string[],
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunActionOptions> = {},
): Promise<Retested> {
  const folder = await mkdtemp(join(tmpdir(), 'retest-'));
  try {
    await writeFile(join(folder, 'list.txt'), links.map((link) => `${link}\n`).join(''));
    await using run = await runAction({
      action,
      cwd: folder,
      with: {
        list: 'list.txt',
        select: 'all',
        'allow-private': 'true',
        'per-host': '256',
        'min-retain-ratio': '0',
        ...inputs,
      },
      ...options,
    });
    const state = await readFile(join(folder, 'list.txt.state.ndjson'), 'utf8').catch(() => '');
    const states = new Map(
      state
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as StateLine)
        .map((line) => [line.id, line]),
    );
    return { run, of: (link) => describeResult(states.get(getId(link))) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface StateLine {
  readonly id: string;
  readonly status: string;
  readonly failure?: { readonly phase: string; readonly kind: string };
}

function describeResult(line: StateLine | undefined): string {
  if (!line) return 'untested';
  return line.failure ? `${line.failure.phase} ${line.failure.kind}` : line.status;
}

function getId(link: string): string {
  const parsed = parseShareLink(link);
  if (parsed.kind === 'invalid') throw new Error(`${link}: ${parsed.reason}`);
  return computeIdentity(parsed.endpoint);
}
