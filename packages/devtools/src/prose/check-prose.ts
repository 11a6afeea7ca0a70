import { createRequire } from 'node:module';
import { TextlintKernel, type TextlintMessage, type TextlintPluginCreator } from '@textlint/kernel';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { plainEnglish } from './plain-english.ts';
import { type SourceText, textsInTypeScript } from './typescript-text.ts';

export interface ProseProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

const kernel = new TextlintKernel();
const rules = [{ ruleId: 'plain-english', rule: plainEnglish }];
// Node and Vitest disagree on the default export of these CommonJS modules; `require` has one answer.
const require = createRequire(import.meta.url);
const plugins: { pluginId: string; plugin: TextlintPluginCreator }[] = [
  { pluginId: 'markdown', plugin: require('@textlint/textlint-plugin-markdown').default },
  { pluginId: 'text', plugin: require('@textlint/textlint-plugin-text').default },
];

/** Checks the prose of one file: Markdown, YAML (names, descriptions, comments) or TypeScript. */
export async function checkProse(file: string, source: string): Promise<readonly ProseProblem[]> {
  if (file.endsWith('.md')) {
    return (await lint(source, '.md')).map(({ line, message }) => ({ file, line, message }));
  }
  const texts = file.endsWith('.ts') ? textsInTypeScript(file, source) : textsInYaml(source);
  if (texts.length === 0) return [];
  // One run for the whole file: a text for each line, in the order in which they stand.
  const lines = texts.flatMap(({ text: one, line }) =>
    one.split('\n').map((content, index) => ({ content, line: line + index })),
  );
  const messages = await lint(lines.map(({ content }) => content).join('\n'), '.txt');
  return messages.map(({ line, message }) => ({
    file,
    line: lines[line - 1]?.line ?? 1,
    message,
  }));
}

async function lint(source: string, ext: '.md' | '.txt'): Promise<readonly TextlintMessage[]> {
  const { messages } = await kernel.lintText(source, { ext, rules, plugins });
  return messages;
}

/** Descriptions, names and comments of an action or a workflow. */
function textsInYaml(source: string): readonly SourceText[] {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter });
  const texts: SourceText[] = [];
  visit(document, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || !['description', 'name'].includes(String(key.value))) return;
      if (isScalar(value) && typeof value.value === 'string' && value.range) {
        texts.push({ text: value.value, line: counter.linePos(value.range[0]).line });
      }
    },
  });
  source.split('\n').forEach((line, index) => {
    const comment = /(?:^|\s)#\s?(.*)$/.exec(line)?.[1];
    if (comment !== undefined) texts.push({ text: comment, line: index + 1 });
  });
  return texts.toSorted((one, other) => one.line - other.line);
}
