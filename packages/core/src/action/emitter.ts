import { appendFileSync } from 'node:fs';
import * as core from '@actions/core';
import { ActionError } from '../errors/action-error.ts';
import { describeError } from '../errors/describe-error.ts';
import { InputError } from '../errors/input-error.ts';
import { cancellationIn } from '../process/cancellation.ts';
import { fitSummary } from '../summary/fit-summary.ts';
import type { Markdown } from '../summary/markdown.ts';
import { redactor } from '../text/redact.ts';
import { defuse, plain, plainLines, stripInvisible } from '../text/untrusted.ts';
import { type Annotation, limitAnnotations, MAX_ANNOTATIONS } from './annotation.ts';
import type { Log } from './log.ts';
import type { OutputValue } from './outcome.ts';
import type { Report } from './report.ts';
import type { Environment } from './run-info.ts';

/** GitHub's limit for the message of an annotation, in characters. */
const MAX_MESSAGE_LENGTH = 4_000;

/** Characters of a line of the debug log. */
const MAX_DEBUG_LENGTH = 1_000;
/** Lines of the debug log of a step. */
const MAX_DEBUG_LINES = 10_000;

const annotate = { error: core.error, warning: core.warning, notice: core.notice };

/** Writes to the debug log if it is enabled, with a limit. */
function debugLog(env: Environment, clean: (text: string) => string): Log['debug'] {
  // The runner sets RUNNER_DEBUG with the secret or variable ACTIONS_STEP_DEBUG.
  if (env.RUNNER_DEBUG !== '1') return () => {};
  let left = MAX_DEBUG_LINES;
  return (text) => {
    if (left-- > 0) {
      core.debug(plain(clean(typeof text === 'string' ? text : text()), MAX_DEBUG_LENGTH));
    } else if (left === -1) {
      core.debug(`… the debug log ends after ${MAX_DEBUG_LINES} lines`);
    }
  };
}

/** All output of the process, with secrets redacted and runner commands disabled. */
export type Emitter = ReturnType<typeof emitter>;

export function emitter(env: Environment) {
  const redact = redactor();
  let annotationsLeft = MAX_ANNOTATIONS;
  /** Removes secrets, including those interrupted by ANSI codes. Must run before text is cut. */
  const clean = (text: string) => redact.text(stripInvisible(text));
  /** Keeps text unchanged, except for secrets and the invisible characters that hide one. */
  const exact = (text: string) => {
    const visible = stripInvisible(text);
    return redact.text(visible) === visible ? redact.text(text) : redact.text(visible);
  };
  const harmless = (text: string) => defuse(clean(text).replace(/\r\n?/g, '\n'));

  const log: Log = {
    info: (text) => core.info(harmless(text)),
    debug: debugLog(env, clean),
    group: (title, work) => core.group(plain(clean(title)), work),
  };

  return {
    log,
    input: (name: string) => core.getInput(name, { trimWhitespace: false }),
    state: { read: core.getState, save: core.saveState },
    mask: (secret: string) => {
      redact.add(secret);
      for (const line of secret.split(/\r?\n/)) if (line.trim() !== '') core.setSecret(line);
    },
    /** A message as one line of plain text, for consumers that do not render Markdown. */
    plainMessage: (message: string) => plain(clean(message), MAX_MESSAGE_LENGTH),
    redact: clean,
    report: (report: Report) => `${redact.json(report)}\n`,

    /** The runner does not parse commands in this file, so values stay exact. */
    outputs: (outputs: Readonly<Record<string, OutputValue>>) => {
      try {
        for (const [name, value] of Object.entries(outputs)) {
          core.setOutput(name, typeof value === 'string' ? exact(value) : value);
        }
      } catch (cause) {
        throw new ActionError('cannot write the outputs of the step (GITHUB_OUTPUT)', {
          remedy:
            'Check that the runner can write to its temporary folder and that the disk is not full.',
          cause,
        });
      }
    },

    /** Appends to the job summary. Does nothing outside of a runner. */
    summary: (blocks: readonly Markdown[]) => {
      const path = env.GITHUB_STEP_SUMMARY;
      if (!path || blocks.length === 0) return;
      try {
        appendFileSync(path, redact.text(fitSummary(blocks)));
      } catch (error) {
        core.warning(`Cannot write the job summary: ${describeError(error)}`);
      }
    },

    /** @param reserved annotations of the step that are left for later calls */
    annotations: (annotations: readonly Annotation[], reserved = 0) => {
      const limited = limitAnnotations(annotations, annotationsLeft - reserved);
      annotationsLeft -= limited.length;
      for (const { level, title, message, file, line } of limited) {
        annotate[level](plainLines(clean(message), 20, MAX_MESSAGE_LENGTH).join('\n'), {
          title: plain(clean(title), 120),
          ...(file !== undefined && { file }),
          ...(line !== undefined && { startLine: line }),
        });
      }
    },

    /**
     * Reports what stopped the run: an invalid input, an external failure or a bug. Returns it as one
     * line of plain text.
     */
    failure: (action: string, error: unknown): string => {
      const cancelled = cancellationIn(error);
      const reason = describeError(cancelled ?? error, clean);
      if (cancelled) {
        core.error(reason, { title: `${action}: cancelled` });
      } else if (error instanceof InputError) {
        core.error(clean(error.message), { title: `${action}: invalid inputs` });
      } else if (error instanceof ActionError) {
        const sentence = reason.replace(/[^.!?…]$/, '$&.');
        core.error(`${sentence} ${clean(error.remedy)}`, { title: `${action}: failed` });
      } else {
        const stack = error instanceof Error ? (error.stack ?? reason) : reason;
        core.error(plainLines(clean(stack), 40).join('\n'), { title: `${action}: bug` });
        core.info(
          'This is a bug in the action, not in your workflow. Please report it with this log.',
        );
      }
      return reason;
    },
  };
}
