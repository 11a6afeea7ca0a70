import { isAbsolute, relative } from 'node:path';
import type { Annotation, Step } from './step-facts.ts';
import type { WorkflowCommand } from './workflow-commands.ts';

/** The handler of a command; a silent command is never echoed. */
interface CommandRule {
  readonly silent?: true;
  run(command: WorkflowCommand, step: Step): void;
}

/** Disables commands until its token appears; not in the registry, because it controls it. */
export const STOP = 'stop-commands';

/** The commands of the runner. */
export const COMMANDS: Readonly<Record<string, CommandRule>> = {
  'add-mask': { silent: true, run: addMask },
  debug: { silent: true, run: debug },
  error: {
    silent: true,
    run: (command, step) => step.annotate(createAnnotation('error', command, step)),
  },
  warning: {
    silent: true,
    run: (command, step) => step.annotate(createAnnotation('warning', command, step)),
  },
  notice: {
    silent: true,
    run: (command, step) => step.annotate(createAnnotation('notice', command, step)),
  },
  group: { run: ({ data }, step) => step.show(`##[group]${data}`) },
  endgroup: { run: (_, step) => step.show('##[endgroup]') },
  'set-output': { run: (command, step) => setDeprecated(command, step, step.facts.outputs) },
  'save-state': { run: (command, step) => setDeprecated(command, step, step.facts.state) },
  'set-env': { run: rejectDisabled },
  'add-path': { run: rejectDisabled },
  echo: { run: echo },
  // Problem matchers are not simulated, because no action registers one.
  'add-matcher': { run: () => {} },
  'remove-matcher': { run: () => {} },
};

/** Fails the step with two annotations. */
export function failCommand(step: Step, what: string, reason: string): void {
  step.facts.commandFailed = true;
  step.runnerSays('error', `Unable to process command '${what}' successfully.`);
  step.runnerSays('error', reason);
}

/** Disables commands until the token appears; rejects a guessable token. */
export function stop(command: WorkflowCommand, line: string, step: Step): string | undefined {
  const token = command.data.toLowerCase();
  if (token === '' || token === STOP || Object.hasOwn(COMMANDS, token)) {
    failCommand(step, line, `Invalid stop token '${command.data}'.`);
    return undefined;
  }
  if (token.length > 6) step.masker.add(command.data);
  step.show(line);
  return token;
}

function addMask({ data }: WorkflowCommand, step: Step): void {
  if (data.trim() === '') {
    step.runnerSays('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
    return;
  }
  if (step.echo) step.show('::add-mask::***');
  step.masker.add(data);
  step.facts.masks.push(data);
}

function debug({ data }: WorkflowCommand, step: Step): void {
  step.facts.debug.push(data);
  if (step.options.debug) step.show(`##[debug]${data}`);
}

function setDeprecated(command: WorkflowCommand, step: Step, target: Map<string, string>): void {
  const key = command.properties.name;
  if (!key) throw new Error(`Required field 'name' is missing in ##[${command.name}] command.`);
  target.set(key, command.data);
  step.facts.deprecatedCommands.push(command.name);
  step.runnerSays(
    'warning',
    `The \`${command.name}\` command is deprecated and will be disabled soon. Please upgrade to using Environment Files.`,
  );
}

function rejectDisabled({ name }: WorkflowCommand): never {
  throw new Error(
    `The \`${name}\` command is disabled. Please upgrade to using Environment Files or opt into unsecure command execution by setting the \`ACTIONS_ALLOW_UNSECURE_COMMANDS\` environment variable to \`true\`.`,
  );
}

function echo({ data }: WorkflowCommand, step: Step): void {
  const value = data.trim().toLowerCase();
  if (value !== 'on' && value !== 'off') {
    throw new Error(
      `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`,
    );
  }
  step.echo = value === 'on';
}

function createAnnotation(
  level: Annotation['level'],
  command: WorkflowCommand,
  step: Step,
): Annotation {
  const { title, file, line, endline, col, endcolumn } = command.properties;
  return {
    level,
    message: command.data,
    ...(title !== undefined && { title: step.masker.mask(title) }),
    ...(file !== undefined && { file: toWorkspacePath(file, step.options.workspace) }),
    ...parseNumbers({ line, endLine: endline, column: col, endColumn: endcolumn }),
  };
}

function parseNumbers(values: Record<string, string | undefined>): Partial<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && /^\d+$/.test(value))
      .map(([key, value]) => [key, Number(value)]),
  );
}

function toWorkspacePath(file: string, workspace: string): string {
  if (!isAbsolute(file)) return file;
  const path = relative(workspace, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path.replaceAll('\\', '/');
}
