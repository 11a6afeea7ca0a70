import { validate } from '@actions/languageservice';
import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { readmeYaml } from '../real/readme-example.ts';

const findProblems = async (text: string) => {
  const address = `file:///repo/.github/workflows/${text.length}.yml`;
  const found = await validate(TextDocument.create(address, 'yaml', 1, text));
  return found.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
};

test("the monitor workflow of the README is valid for GitHub's language service", async () => {
  const text = await readmeYaml('monitor');
  expect(await findProblems(text)).toEqual([]);
  expect(await findProblems(text.replace('issues: write', 'isues: write'))).not.toEqual([]);
});
