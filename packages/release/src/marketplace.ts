import { parse } from 'yaml';
import { COLOURS, ICONS } from './branding.ts';
import { hasSiblings } from './siblings.ts';

/**
 * Checks the rules of the Marketplace (docs.github.com, "Publishing actions in GitHub
 * Marketplace"). Does not check whether the name is unique on GitHub.
 *
 * @param files the texts of the tree by path
 * @param otherNames the names of the other actions in this repository
 */
export function findMarketplaceProblems(
  files: ReadonlyMap<string, string>,
  otherNames: readonly string[],
): readonly string[] {
  const paths = [...files.keys()];
  const manifests = paths.filter((path) => /(^|\/)action\.ya?ml$/.test(path));
  const manifest = files.get('action.yml');
  if (manifest === undefined) return ['action.yml is missing at the root.'];
  const { name, description, branding } = parse(manifest) as {
    readonly name?: string;
    readonly description?: string;
    readonly branding?: { readonly icon?: string; readonly color?: string };
  };
  return [
    [
      manifests.length === 1,
      `The tree has ${manifests.length} metadata files: ${manifests.join(', ')}.`,
    ],
    [!paths.some((path) => path.startsWith('.github/workflows/')), 'The tree has workflow files.'],
    [files.has('README.md'), 'README.md is missing.'],
    [files.has('LICENSE'), 'LICENSE is missing.'],
    [Boolean(name?.trim()), 'action.yml has no name.'],
    [!otherNames.includes(name ?? ''), `Another action of this repository has the name "${name}".`],
    [Boolean(description?.trim()), 'action.yml has no description.'],
    [
      ICONS.includes(branding?.icon ?? ''),
      `"${branding?.icon}" is not a supported icon (Feather 4.28).`,
    ],
    [COLOURS.includes(branding?.color ?? ''), `"${branding?.color}" is not a supported colour.`],
    [
      !hasSiblings(manifest),
      'action.yml references siblings by "$/", which the mirror does not contain. Use --stamp.',
    ],
  ].flatMap(([holds, problem]) => (holds === true ? [] : [String(problem)]));
}
