import type { Masker } from './masking.ts';

/** The maximum number of annotations per level and step; the log contains all. */
export const ANNOTATIONS_PER_LEVEL = 10;

/** The maximum length of an annotation's message. */
export const ANNOTATION_MESSAGE_LIMIT = 4096;

/** An annotation of a run. `file` is relative to the workspace if it is inside. */
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

/** The effects of a step's output, collected while the step runs. */
export interface StepFacts {
  readonly annotations: Annotation[];
  /** Annotations above the limit, which GitHub does not show. */
  readonly droppedAnnotations: Annotation[];
  /** Messages of the runner (unexpected inputs, deprecated and rejected commands). */
  readonly warnings: string[];
  /** The values of `add-mask`, in order. */
  readonly masks: string[];
  readonly debug: string[];
  /** Uses of the deprecated `set-output` and `save-state`. */
  readonly deprecatedCommands: string[];
  readonly outputs: Map<string, string>;
  readonly state: Map<string, string>;
  /** The visible log: masked, with commands replaced by their output. */
  readonly log: string[];
  /** The printed lines and the data of commands, except for `add-mask`. */
  readonly printed: string[];
  /** A command or file command failed, which fails the step regardless of its exit code. */
  commandFailed: boolean;
}

/** Reads the output of a step line by line, like the runner. */
export interface StepLog {
  readonly facts: StepFacts;
  readonly masker: Masker;
  /** Reads one line of stdout or stderr, without its line end. */
  accept(line: string): void;
  /** Adds a message of the runner, also as an annotation. */
  runnerSays(level: 'error' | 'warning', message: string): void;
}

export interface StepLogOptions {
  readonly masker: Masker;
  readonly workspace: string;
  /** Step debugging: shows debug lines and echoes commands. */
  readonly debug: boolean;
  /** Called with each masked line of the log. */
  readonly onLine?: (line: string) => void;
}

/** The step as seen by a command. */
export interface Step extends StepLog {
  readonly options: StepLogOptions;
  echo: boolean;
  show(line: string): void;
  annotate(annotation: Annotation): void;
}
