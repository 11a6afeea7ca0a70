import { readFile } from 'node:fs/promises';
import { InputError } from '@repo/core/errors/input-error';
import { unreadable } from '@repo/core/errors/unreadable-file';
import { writeFileAtomic } from '@repo/core/files/write-file-atomic';
import { listAt, textAt } from '@repo/docker/json';
import { fingerprintOf, type Step } from './plan.ts';
import { KINDS, keyOf, type Subject } from './subject.ts';

const SCHEMA = 'docker-label-cleanup-plan/v1';

/** A plan that somebody may look at before it is carried out. */
export interface PlanFile {
  /** The ID of the daemon that it is for. */
  readonly daemon: string;
  /** Fingerprints by the keys of subjects. */
  readonly approved: ReadonlyMap<string, string>;
  readonly steps: readonly Pick<Subject, 'kind' | 'name'>[];
}

/** Throws an ActionError that names the path. */
export async function writePlanFile(
  path: string,
  daemon: string,
  steps: readonly Step[],
): Promise<void> {
  const plan = {
    schema: SCHEMA,
    daemon,
    steps: steps.map(({ subject, rule }) => ({
      key: keyOf(subject),
      kind: subject.kind,
      name: subject.name,
      rule,
      fingerprint: fingerprintOf(subject),
    })),
  };
  await writeFileAtomic(path, `${JSON.stringify(plan, undefined, 2)}\n`);
}

/** Throws an InputError. */
export async function readPlanFile(path: string, given: string): Promise<PlanFile> {
  const mistake = (problem: string) =>
    new InputError([
      {
        where: 'plan-file',
        given,
        problem,
        remedy: 'Give the path of a file that mode: plan wrote, or leave it empty.',
      },
    ]);
  let plan: unknown;
  try {
    plan = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw mistake(error instanceof SyntaxError ? 'is not JSON' : unreadable(error));
  }
  if (textAt(plan, 'schema') !== SCHEMA) throw mistake('is not a plan of this action');
  const steps = listAt(plan, 'steps');
  return {
    daemon: textAt(plan, 'daemon'),
    approved: new Map(steps.map((step) => [textAt(step, 'key'), textAt(step, 'fingerprint')])),
    steps: steps.flatMap((step) => {
      const kind = KINDS.find((one) => one === textAt(step, 'kind'));
      return kind ? [{ kind, name: textAt(step, 'name') }] : [];
    }),
  };
}
