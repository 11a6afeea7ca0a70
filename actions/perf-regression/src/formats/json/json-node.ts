import { plain } from '@repo/core/text/untrusted';
import { FormatError } from '../format-error.ts';
import { findOffset, lineAt } from './json-tokens.ts';

/** Limits the recursion of readers. */
const MAX_DEPTH = 100;

/** Finding a line reads the file from its beginning, so the total is limited. */
const MAX_SCANNED_CHARACTERS = 20_000_000;

interface Origin {
  readonly text: string;
  readonly file: string;
  /** Characters that were read to find lines. */
  scanned: number;
}

/** A value in a JSON file with its path. An absent value is a node with the value `undefined`. */
export class JsonNode {
  readonly value: unknown;
  /** The keys from the root to this node. */
  readonly path: readonly (string | number)[];
  readonly #origin: Origin;

  private constructor(value: unknown, path: readonly (string | number)[], origin: Origin) {
    this.value = value;
    this.path = path;
    this.#origin = origin;
    if (path.length > MAX_DEPTH)
      throw this.wrong(`is nested deeper than ${MAX_DEPTH} levels`, CHECK_FILE);
  }

  static root(value: unknown, text: string, file: string): JsonNode {
    return new JsonNode(value, [], { text, file, scanned: 0 });
  }

  /** The value at a path of own keys. */
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

  /** Reads the file again, so it is used for failures only; `undefined` for too many of them. */
  get line(): number | undefined {
    const { text, scanned } = this.#origin;
    if (scanned > MAX_SCANNED_CHARACTERS) return undefined;
    this.#origin.scanned += text.length;
    return lineAt(text, findOffset(text, this.path));
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

  /** The text; `undefined` for another type or an empty text. */
  get text(): string | undefined {
    return typeof this.value === 'string' && this.value !== '' ? this.value : undefined;
  }

  /** A text, number or boolean as text. */
  get label(): string | undefined {
    return this.isNumber || typeof this.value === 'boolean' ? String(this.value) : this.text;
  }

  /** The items of a list; empty for another type. */
  get items(): JsonNode[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, index) => this.#child(item, index))
      : [];
  }

  /** The entries of an object; empty for another type. */
  get entries(): [string, JsonNode][] {
    return isObject(this.value)
      ? Object.entries(this.value).map(([key, value]) => [key, this.#child(value, key)])
      : [];
  }

  /** @throws {FormatError} if this is not a text */
  mustBeText(): string {
    if (this.text === undefined) throw this.wrong('is not a text', CHECK_VERSION);
    return this.text;
  }

  /** @throws {FormatError} if this is not a list */
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

const CHECK_FILE = 'Use the file that the tool wrote.';
const CHECK_VERSION = 'Check the format of the file.';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
