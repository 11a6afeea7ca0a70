import { parseXml as parse, XmlElement, XmlError } from '@rgrove/parse-xml';
import { FormatError } from './format-error.ts';
import { lineAt } from './json/json-tokens.ts';

const MAX_DEPTH = 100;

interface FoundElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Only elements. */
  readonly children: readonly XmlElement[];
  /** Starting with the root. */
  readonly ancestors: readonly XmlElement[];
  readonly line: number;
}

/**
 * The elements with a name, in the order of the file.
 *
 * @throws {FormatError} for invalid XML, with its line
 */
export function xmlElements(text: string, file: string, name: string): FoundElement[] {
  const root = parseRoot(text, file);
  const found: FoundElement[] = [];
  const visit = (element: XmlElement, ancestors: readonly XmlElement[]) => {
    if (ancestors.length > MAX_DEPTH)
      throw new FormatError({ file }, 'is nested too deeply', REMEDY);
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

const REMEDY = 'Check that the tool was not stopped while it wrote the file.';

function parseRoot(text: string, file: string): XmlElement {
  try {
    const { root } = parse(text, { includeOffsets: true });
    if (root) return root;
  } catch (error) {
    // The parser is recursive, so this includes a stack overflow.
    const line = error instanceof XmlError ? error.line : undefined;
    throw new FormatError({ file, line }, 'is not valid or not complete XML', REMEDY);
  }
  throw new FormatError({ file }, 'has no XML element', REMEDY);
}
