import { plain } from '@repo/core/text/untrusted';
import { FormatError } from '../format-error.ts';
import { lineAt, offsetOfPath } from './json-tokens.ts';

/** How deep a file may be nested: those who walk it must come back. */
const DEEPEST = 100;

/** How many characters are read to find places, each time from the file's beginning. */
const MOST_LOOKED = 20_000_000;

interface Origin {
  readonly text: string;
  readonly file: string;
  /** Characters that were read again to find places. */
  looked: number;
}

/** A value in a JSON file that knows where it stands. What is not there is a node of `undefined`. */
export class JsonNode {
  readonly value: unknown;
  /** The keys that lead here. */
  readonly path: readonly (string | number)[];
  readonly #origin: Origin;

  private constructor(value: unknown, path: readonly (string | number)[], origin: Origin) {
    this.value = value;
    this.path = path;
    this.#origin = origin;
    if (path.length > DEEPEST) throw this.wrong(`is nested deeper than ${DEEPEST} levels`, FLATTER);
  }

  static root(value: unknown, text: string, file: string): JsonNode {
    return new JsonNode(value, [], { text, file, looked: 0 });
  }

  /** The value of a key, or of several, one within the other; own keys only. */
  get(...keys: readonly string[]): JsonNode {
    let node: JsonNode = this;
    for (const key of keys) {
      const found = isObject(node.value) && Object.hasOwn(node.value, key);
      node = node.#child(found ? (node.value as Record<string, unknown>)[key] : undefined, key);
    }
    return node;
  }

  get file(): string {
    return this.#origin.file;
  }

  /** Found by reading the file again: for failures, not for each number, and not for thousands. */
  get line(): number | undefined {
    const { text, looked } = this.#origin;
    if (looked > MOST_LOOKED) return undefined;
    this.#origin.looked += text.length;
    return lineAt(text, offsetOfPath(text, this.path));
  }

  get isObject(): boolean {
    return isObject(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get isNumber(): boolean {
    return typeof this.value === 'number';
  }

  /** The text, or `undefined` where it is none or empty. */
  get text(): string | undefined {
    return typeof this.value === 'string' && this.value !== '' ? this.value : undefined;
  }

  /** A text, a number or a boolean as text. */
  get label(): string | undefined {
    return this.isNumber || typeof this.value === 'boolean' ? String(this.value) : this.text;
  }

  /** The items of a list; none where it is no list. */
  get items(): JsonNode[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, index) => this.#child(item, index))
      : [];
  }

  /** The entries of an object; none where it is no object. */
  get entries(): [string, JsonNode][] {
    return isObject(this.value)
      ? Object.entries(this.value).map(([key, value]) => [key, this.#child(value, key)])
      : [];
  }

  /** @throws {FormatError} where this is no text */
  mustBeText(): string {
    if (this.text === undefined) throw this.wrong('is not a text', CHECK_VERSION);
    return this.text;
  }

  /** @throws {FormatError} where this is no list */
  mustBeList(): JsonNode[] {
    if (!this.isList) throw this.wrong('is not a list', CHECK_VERSION);
    return this.items;
  }

  wrong(problem: string, remedy: string): FormatError {
    const name = this.path.length === 0 ? 'the file' : plain(this.path.slice(0, 20).join('.'), 100);
    return new FormatError({ file: this.file, line: this.line }, `${name} ${problem}`, remedy);
  }

  #child(value: unknown, key: string | number): JsonNode {
    return new JsonNode(value, [...this.path, key], this.#origin);
  }
}

const FLATTER = 'Give the file that the tool wrote.';
const CHECK_VERSION = 'Look whether the file is of the format that was asked for.';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
