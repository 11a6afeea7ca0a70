import type { Masker } from './masking.ts';

/** At most so many annotations of one level are kept for a step; the log still shows the rest. */
export const ANNOTATIONS_PER_LEVEL = 10;

/** An annotation's message is cut at this many characters. */
export const ANNOTATION_MESSAGE_LIMIT = 4096;

/** What GitHub shows at the top of a run. `file` is relative to the workspace when it lies in it. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** Everything that a step's output means to the runner, filled while the step runs. */
export interface StepFacts {
  readonly annotations: Annotation[];
  /** Beyond the limit a level: GitHub does not show them. */
  readonly droppedAnnotations: Annotation[];
  /** Messages of the runner itself (unexpected inputs, deprecated commands, refusals). */
  readonly warnings: string[];
  /** Values given to `add-mask`, in order. */
  readonly masks: string[];
  readonly debug: string[];
  /** Uses of `set-output` and `save-state`, which GitHub will switch off. */
  readonly deprecatedCommands: string[];
  readonly outputs: Map<string, string>;
  readonly state: Map<string, string>;
  /** The log as a person sees it: masked, commands turned into what they show. */
  readonly log: string[];
  /** Lines as the step printed them and the data of its commands, except of `add-mask`. */
  readonly printed: string[];
  /** A command or a file command failed, which fails the step whatever its exit code. */
  commandFailed: boolean;
}

/** Reads a step's output line by line as the runner does. */
export interface StepLog {
  readonly facts: StepFacts;
  readonly masker: Masker;
  /** One line of stdout or stderr, without its end. */
  accept(line: string): void;
  /** A message of the runner itself, shown as an annotation too. */
  runnerSays(level: 'error' | 'warning', message: string): void;
}

export interface StepLogOptions {
  readonly masker: Masker;
  readonly workspace: string;
  /** Step debugging: debug lines are shown and commands are echoed. */
  readonly debug: boolean;
  /** Called with each masked line of the log as it appears. */
  readonly onLine?: (line: string) => void;
}

/** What a command may do to its step. */
export interface Step extends StepLog {
  readonly options: StepLogOptions;
  echo: boolean;
  show(line: string): void;
  annotate(annotation: Annotation): void;
}
