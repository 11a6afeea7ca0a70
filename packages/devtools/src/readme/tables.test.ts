import { parseActionManifest } from '@repo/testkit/runner/action-manifest';
import { expect, test } from 'vitest';
import { actionsTable, inputsTable, outputsTable } from './tables.ts';

const manifest = parseActionManifest(
  `
name: Probe
description: Looks <hard> at a | b.
inputs:
  url: { description: "Where to look, \`<scheme>://…\`.", required: true }
  tries:
    description: |
      How often:
      - once
      - twice

      Or more,
      of course.
    default: 3
  empty: { description: None, default: "" }
  lines: { description: Lines, default: "a|b\\n\`c\`" }
  old: { description: Before, deprecationMessage: use url }
outputs:
  verdict: { description: "\`pass\` | \`fail\`" }
runs: { using: node24, main: dist/index.js }
`,
  'actions/probe',
);

test('inputs with their description and default', () => {
  expect(inputsTable(manifest.inputs)).toBe(`| Input | Description | Default |
| --- | --- | --- |
| \`url\` | Where to look, \`<scheme>://…\`. | **required** |
| \`tries\` | How often:<br>- once<br>- twice<br>Or more, of course. | \`3\` |
| \`empty\` | None |  |
| \`lines\` | Lines | \`a\\|b\`<br>\`\` \`c\` \`\` |
| \`old\` | Before **Deprecated:** use url |  |`);
});

test('outputs', () => {
  expect(outputsTable(manifest.outputs)).toBe(`| Output | Description |
| --- | --- |
| \`verdict\` | \`pass\` \\| \`fail\` |`);
});

test('an action without inputs or outputs says so', () => {
  expect([inputsTable([]), outputsTable([])]).toEqual(['None.', 'None.']);
});

test('all actions, linked', () => {
  expect(actionsTable([{ folder: 'probe', manifest }])).toBe(`| Action | What it does |
| --- | --- |
| [probe](actions/probe/README.md) | Looks &lt;hard> at a \\| b. |`);
});
