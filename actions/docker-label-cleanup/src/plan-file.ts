import { readFile } from 'node:fs/promises';
import { InputError } from '@repo/core/errors/input-error';
import { unreadable } from '@repo/core/errors/unreadable-file';
import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
import { listAt, textAt } from '@repo/docker/json';
import type { Step } from './plan.ts';
import { computeFingerprint, type DockerObject, getKey, KINDS } from './selection/docker-object.ts';

const SCHEMA = 'docker-label-cleanup-plan/v1';

/** A saved plan, for review before it is applied. */
export interface PlanFile {
  /** ID of the daemon that the plan is for. */
  readonly daemon: string;
  /** Object key → fingerprint. */
  readonly approved: ReadonlyMap<string, string>;
  readonly steps: readonly Pick<DockerObject, 'kind' | 'name'>[];
}

/** Throws an ActionError that names the path. */
export async function writePlanFile(
  path: string,
  daemon: string,
  steps: readonly Step[],
): Promise<void> {
  const content = {
    schema: SCHEMA,
    daemon,
    steps: steps.map(({ object, rule }) => ({
      key: getKey(object),
      kind: object.kind,
      name: object.name,
      rule,
      fingerprint: computeFingerprint(object),
    })),
  };
  await writeFileAtomic(path, `${JSON.stringify(content, undefined, 2)}\n`);
}

/** Throws an InputError. */
export async function readPlanFile(path: string, given: string): Promise<PlanFile> {
  const createError = (problem: string) =>
    new InputError([
      {
        where: 'plan-file',
        given,
        problem,
        remedy: 'Give the path of a file that mode: plan wrote, or leave it empty.',
      },
    ]);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw createError(error instanceof SyntaxError ? 'is not valid JSON' : unreadable(error));
  }
  if (textAt(content, 'schema') !== SCHEMA) {
    throw createError('is not a plan file of docker-label-cleanup');
  }
  const steps = listAt(content, 'steps');
  return {
    daemon: textAt(content, 'daemon'),
    approved: new Map(steps.map((step) => [textAt(step, 'key'), textAt(step, 'fingerprint')])),
    steps: steps.flatMap((step) => {
      const kind = KINDS.find((one) => one === textAt(step, 'kind'));
      return kind ? [{ kind, name: textAt(step, 'name') }] : [];
    }),
  };
}
