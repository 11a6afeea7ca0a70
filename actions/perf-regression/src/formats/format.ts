import type { Collector } from './collector.ts';
import type { JsonNode } from './json/json-node.ts';
import { parseJson } from './json/parse-json.ts';

/** A result file: JSON or text. */
export type Source =
  | (SourceFile & { readonly kind: 'json'; readonly root: JsonNode })
  | (SourceFile & {
      readonly kind: 'text';
      /** The beginning of the file without colors, for detection. */
      readonly head: string;
      /** The whole file, UTF-8. */
      readonly bytes: Buffer;
    });

interface SourceFile {
  readonly file: string;
  /** The whole file; decoded on demand. */
  readonly text: () => string;
}

/** A format of result files. */
export interface Format {
  /**
   * How well a file matches this format, from 0 to 1. Text formats get the head only.
   */
  readonly detect: (source: Source) => number;
  /**
   * Adds the content of the file to the collector.
   *
   * @throws {FormatError} if the file does not have this format or is broken
   */
  readonly read: (source: Source, into: Collector) => void;
}

/** A format with one JSON value per file. */
export function jsonFormat(
  detect: (root: JsonNode) => number,
  read: (root: JsonNode, into: Collector) => void,
): Format {
  return {
    detect: (source) => (source.kind === 'json' ? detect(source.root) : 0),
    read: (source, into) => {
      // The format was set by name, so text that is not JSON is an error with a line.
      read(source.kind === 'json' ? source.root : parseJson(source.text(), source.file), into);
    },
  };
}

/** A format with lines of text or lines of JSON. */
export function textFormat(
  detect: (head: string) => number,
  read: (text: string, into: Collector, file: string) => void,
): Format {
  return {
    detect: (source) => (source.kind === 'text' ? detect(source.head) : 0),
    read: (source, into) => read(source.text(), into, source.file),
  };
}

/** Several variants of a format; the one that matches best reads the file. */
export function anyOf(...formats: readonly [Format, ...Format[]]): Format {
  return {
    detect: (source) => Math.max(...formats.map((format) => format.detect(source))),
    read: (source, into) => {
      const best = formats.reduce((one, other) =>
        other.detect(source) > one.detect(source) ? other : one,
      );
      return best.read(source, into);
    },
  };
}
