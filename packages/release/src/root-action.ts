import type { SourceAction } from './actions.ts';

/** The name in the Marketplace; no action of the repository has it. */
export const ROOT_ACTION_NAME = 'Self-healing pipeline actions';

/**
 * Returns the `action.yml` at the root of a release. The Marketplace lists a repository by it; using
 * it fails, and prints which action to use for what.
 */
export function createRootAction(
  actions: readonly Pick<SourceAction, 'name' | 'metadata'>[],
): string {
  const width = Math.max(...actions.map(({ name }) => name.length));
  const rows = actions.map(
    ({ name, metadata }) => `  ${name.padEnd(width)}  ${metadata.description.replace(/\s+/g, ' ')}`,
  );
  const names = actions.map(({ name }) => name).join(', ');
  // The heredoc is quoted, so the shell expands nothing in the descriptions. `%0A` is a line break
  // in an annotation.
  return `name: ${ROOT_ACTION_NAME}
description: ${JSON.stringify(`Actions that detect broken deployments and slow commits, repair them, and clean up: ${names}.`)}
author: The actions authors
branding:
  icon: activity
  color: blue

runs:
  using: composite
  steps:
    - name: List the actions of this repository
      shell: bash
      run: |
        table=$(cat <<'TABLE'
${rows.map((row) => `        ${row}`).join('\n')}
        TABLE
        )
        example="uses: \${GITHUB_ACTION_REPOSITORY:-org/actions}/${actions[0]?.name}@\${GITHUB_ACTION_REF:-v1}"
        text=$(printf 'Name one of its actions, for example %s\\n\\n%s' "$example" "$table")
        text=\${text//%/%25}
        echo "::error title=This repository contains several actions::\${text//$'\\n'/%0A}"
        exit 1
`;
}
