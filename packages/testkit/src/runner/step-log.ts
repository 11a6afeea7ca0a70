import { COMMANDS, failCommand, STOP, stop } from './step-commands.ts';
import {
  ANNOTATION_MESSAGE_LIMIT,
  ANNOTATIONS_PER_LEVEL,
  type Step,
  type StepFacts,
  type StepLog,
  type StepLogOptions,
} from './step-facts.ts';
import { parseWorkflowCommand, type WorkflowCommand } from './workflow-commands.ts';

/** Creates the log of one step (main or post). */
export function createStepLog(options: StepLogOptions): StepLog {
  const facts: StepFacts = {
    annotations: [],
    droppedAnnotations: [],
    warnings: [],
    masks: [],
    debug: [],
    deprecatedCommands: [],
    outputs: new Map(),
    state: new Map(),
    log: [],
    printed: [],
    commandFailed: false,
  };
  const { masker } = options;
  let stopToken: string | undefined;

  const step: Step = {
    facts,
    masker,
    options,
    echo: options.debug,
    show(line) {
      const masked = masker.mask(line);
      facts.log.push(masked);
      options.onLine?.(masked);
    },
    annotate(annotation) {
      const message = masker.mask(annotation.message).slice(0, ANNOTATION_MESSAGE_LIMIT);
      const sameLevel = facts.annotations.filter(({ level }) => level === annotation.level);
      const shown = sameLevel.length < ANNOTATIONS_PER_LEVEL;
      (shown ? facts.annotations : facts.droppedAnnotations).push({ ...annotation, message });
      step.show(`##[${annotation.level}]${message}`);
    },
    runnerSays(level, message) {
      facts.warnings.push(message);
      step.annotate({ level, message });
    },
    accept(line) {
      const command = parseWorkflowCommand(
        line,
        (name) => name === STOP || name === stopToken || Object.hasOwn(COMMANDS, name),
      );
      const isCommand = command !== undefined && runCommand(command, line);
      if (!isCommand) {
        step.show(line);
        facts.printed.push(line);
      } else if (command.name !== 'add-mask') {
        facts.printed.push(line, command.data);
      }
    },
  };

  /** Returns `true` if the line was a command, so that it is not ordinary output. */
  function runCommand(command: WorkflowCommand, line: string): boolean {
    if (stopToken !== undefined) {
      if (command.name !== stopToken) return false;
      stopToken = undefined;
      step.show(line);
      return true;
    }
    if (command.name === STOP) {
      stopToken = stop(command, line, step);
      return true;
    }
    const rule = COMMANDS[command.name];
    if (step.echo && !rule?.silent) step.show(line);
    try {
      rule?.run(command, step);
    } catch (error) {
      failCommand(
        step,
        rule?.silent ? command.name : line,
        String(error instanceof Error ? error.message : error),
      );
    }
    return true;
  }
  return step;
}
