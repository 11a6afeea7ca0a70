import type { Collector } from './collector.ts';
import type { JsonNode } from './json/json-node.ts';
import { parseJson } from './json/parse-json.ts';

/** A file, as far as its kind of text goes. */
export type Source =
  | (Text & { readonly kind: 'json'; readonly root: JsonNode })
  | (Text & {
      readonly kind: 'text';
      /** As much of it as is needed to tell what it is, without colours. */
      readonly head: string;
      /** All of it, UTF-8. */
      readonly bytes: Buffer;
    });

interface Text {
  readonly file: string;
  /** All of it; made when it is asked for. */
  readonly text: () => string;
}

/** One tool's way of writing results. */
export interface Format {
  /**
   * How well a file looks like this format: 0 not at all, 1 unmistakable. Only the head of a text
   * is given.
   */
  readonly detect: (source: Source) => number;
  /**
   * Hands all that the file says to the collector.
   *
   * @throws {FormatError} where the file is not of this format, or broken
   */
  readonly read: (source: Source, into: Collector) => void;
}

/** A format that is one JSON value. */
export function jsonFormat(
  detect: (root: JsonNode) => number,
  read: (root: JsonNode, into: Collector) => void,
): Format {
  return {
    detect: (source) => (source.kind === 'json' ? detect(source.root) : 0),
    read: (source, into) => {
      // Asked for by name, although the text is no JSON: say where it stops being some.
      read(source.kind === 'json' ? source.root : parseJson(source.text(), source.file), into);
    },
  };
}

/** A format that is lines of text, or lines of JSON. */
export function textFormat(
  detect: (head: string) => number,
  read: (text: string, into: Collector, file: string) => void,
): Format {
  return {
    detect: (source) => (source.kind === 'text' ? detect(source.head) : 0),
    read: (source, into) => read(source.text(), into, source.file),
  };
}

/** The same tool's several ways of writing: the one that fits best reads. */
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
