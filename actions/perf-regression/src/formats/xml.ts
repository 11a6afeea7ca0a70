import { parseXml as parse, XmlElement, XmlError } from '@rgrove/parse-xml';
import { FormatError } from './format-error.ts';
import { lineAt } from './json/json-tokens.ts';

/** How deep a file may be nested. */
const DEEPEST = 100;

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Element children only. */
  readonly children: readonly XmlElement[];
  /** From the root downwards. */
  readonly ancestors: readonly XmlElement[];
  readonly line: number;
}

/**
 * The elements of a name, in the order of the file.
 *
 * @throws {FormatError} with the line where the XML is broken
 */
export function xmlElements(text: string, file: string, name: string): Element[] {
  const root = rootOf(text, file);
  const found: Element[] = [];
  const visit = (element: XmlElement, ancestors: readonly XmlElement[]) => {
    if (ancestors.length > DEEPEST) throw new FormatError({ file }, 'is nested too deep', REMEDY);
    const children = element.children.filter((child) => child instanceof XmlElement);
    if (element.name === name) {
      const { attributes, start } = element;
      found.push({ name, attributes, children, ancestors, line: lineAt(text, start) });
    }
    for (const child of children) visit(child, [...ancestors, element]);
  };
  visit(root, []);
  return found;
}

const REMEDY = 'Look whether the tool came to its end, and was not stopped while writing.';

function rootOf(text: string, file: string): XmlElement {
  try {
    const { root } = parse(text, { includeOffsets: true });
    if (root) return root;
  } catch (error) {
    // The parser calls itself for each level.
    const line = error instanceof XmlError ? error.line : undefined;
    throw new FormatError({ file, line }, 'is not valid XML, or not complete', REMEDY);
  }
  throw new FormatError({ file }, 'has no XML element', REMEDY);
}
