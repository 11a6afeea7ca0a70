import type { ActionMetadata } from './actions.ts';
import { COLOURS, ICONS } from './branding.ts';

/**
 * Checks the rules of the Marketplace (docs.github.com, "Publishing actions in GitHub
 * Marketplace") for the repository of one action. Does not check whether the name is unique on
 * GitHub.
 *
 * @param otherNames the names of the other actions
 */
export function findMarketplaceProblems(
  paths: readonly string[],
  { name, description, icon, colour }: ActionMetadata,
  otherNames: readonly string[],
): readonly string[] {
  const manifests = paths.filter((path) => /(^|\/)action\.ya?ml$/.test(path));
  const rules: readonly (readonly [holds: boolean, problem: string])[] = [
    [paths.includes('action.yml'), 'action.yml is missing at the root.'],
    [
      manifests.length <= 1,
      `The tree has ${manifests.length} metadata files: ${manifests.join(', ')}.`,
    ],
    [!paths.some((path) => path.startsWith('.github/workflows/')), 'The tree has workflow files.'],
    [paths.includes('README.md'), 'README.md is missing.'],
    [paths.includes('LICENSE'), 'LICENSE is missing.'],
    [name.trim() !== '', 'action.yml has no name.'],
    [!otherNames.includes(name), `Another action of this repository has the name "${name}".`],
    [description.trim() !== '', 'action.yml has no description.'],
    [ICONS.includes(icon), `"${icon}" is not a supported icon (Feather 4.28).`],
    [COLOURS.includes(colour), `"${colour}" is not a supported colour.`],
  ];
  return rules.flatMap(([holds, problem]) => (holds ? [] : [problem]));
}
