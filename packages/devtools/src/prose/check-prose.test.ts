import { expect, test } from 'vitest';
import { checkProse } from './check-prose.ts';

const linesOf = async (file: string, source: string) =>
  (await checkProse(file, source)).map(({ line }) => line);

test('reports a phrase of the word list in Markdown, with its line and the replacement', async () => {
  expect(await checkProse('README.md', '# Title\n\nA check that heals.\n')).toEqual([
    {
      file: 'README.md',
      line: 3,
      message: '"heals": use "repairs"',
    },
  ]);
});

test('ignores code in Markdown', async () => {
  expect(await linesOf('a.md', 'Run `heals file`.\n\n```sh\nheals file\n```\n')).toEqual([]);
});

test('reports comments, messages and template strings in TypeScript', async () => {
  const source = [
    "import { a } from './heals.ts';",
    '// this heals the job',
    "export const one = 'this heals the job';",
    '/**',
    ' * The release is well.',
    ' */',
    'export const two = `$' + '{a} was brought back`;',
    "export const word = 'heals';",
  ].join('\n');
  expect(await linesOf('a.ts', source)).toEqual([2, 3, 5, 7]);
});

test('reports descriptions, names and comments in YAML, not commands', async () => {
  const source = [
    'name: Brings it back',
    '# was passed over',
    'inputs:',
    '  a:',
    '    description: The release that is well.',
    'steps:',
    '  - run: heals the file',
  ].join('\n');
  expect(await linesOf('action.yml', source)).toEqual([1, 2, 5]);
});

test.each(['Roll back by hand (R9)', '15 % slower', 'R4: a title'])('reports %j', async (text) => {
  expect(await linesOf('a.md', `${text}\n`)).toEqual([1]);
});

test.each(['It is well known.', 'Self-heal the deployment.', '15% slower', 'the R2 bucket'])(
  'accepts %j',
  async (text) => {
    expect(await linesOf('a.md', `${text}\n`)).toEqual([]);
  },
);
