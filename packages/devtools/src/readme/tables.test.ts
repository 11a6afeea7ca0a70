import { parseActionManifest } from '@repo/testkit/runner/action-manifest';
import { expect, test } from 'vitest';
import { renderActions, renderInputs, renderOutputs, renderVersions } from './tables.ts';

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

test('renders inputs with descriptions and defaults', () => {
  expect(renderInputs(manifest.inputs)).toBe(`| Input | Description | Default |
| --- | --- | --- |
| \`url\` | Where to look, \`<scheme>://…\`. | **required** |
| \`tries\` | How often:<br>- once<br>- twice<br>Or more, of course. | \`3\` |
| \`empty\` | None |  |
| \`lines\` | Lines | \`a\\|b\`<br>\`\` \`c\` \`\` |
| \`old\` | Before **Deprecated:** use url |  |`);
});

test('renders outputs', () => {
  expect(renderOutputs(manifest.outputs)).toBe(`| Output | Description |
| --- | --- |
| \`verdict\` | \`pass\` \\| \`fail\` |`);
});

test('renders "None." without inputs or outputs', () => {
  expect([renderInputs([]), renderOutputs([])]).toEqual(['None.', 'None.']);
});

test('renders all actions with links', () => {
  expect(renderActions([{ folder: 'probe', manifest }])).toBe(`| Action | What it does |
| --- | --- |
| [probe](actions/probe/README.md) | Looks &lt;hard> at a \\| b. |`);
});

test('renders a reference by tag and by commit', () => {
  const text = renderVersions('probe');
  expect(text).toContain('`@v1`');
  expect(text).toContain('`uses: org/actions/probe@<commit SHA> # v1.2.3`');
});
