import { parse } from 'yaml';
import { COLOURS, ICONS } from './branding.ts';
import { hasSiblings } from './siblings.ts';

/**
 * What keeps a tree out of the Marketplace (docs.github.com, "Publishing actions in GitHub
 * Marketplace"); empty when nothing does. Whether somebody else has the name only GitHub knows.
 *
 * @param files the texts of the tree by path
 * @param otherNames the names of our other actions
 */
export function marketplaceProblems(
  files: ReadonlyMap<string, string>,
  otherNames: readonly string[],
): readonly string[] {
  const paths = [...files.keys()];
  const manifests = paths.filter((path) => /(^|\/)action\.ya?ml$/.test(path));
  const manifest = files.get('action.yml');
  if (manifest === undefined) return ['There is no action.yml at the root.'];
  const { name, description, branding } = parse(manifest) as {
    readonly name?: string;
    readonly description?: string;
    readonly branding?: { readonly icon?: string; readonly color?: string };
  };
  return [
    [
      manifests.length === 1,
      `There are ${manifests.length} metadata files: ${manifests.join(', ')}.`,
    ],
    [!paths.some((path) => path.startsWith('.github/workflows/')), 'There are workflow files.'],
    [files.has('README.md'), 'There is no README.md.'],
    [files.has('LICENSE'), 'There is no LICENSE.'],
    [Boolean(name?.trim()), 'action.yml has no name.'],
    [!otherNames.includes(name ?? ''), `Another of our actions is called "${name}".`],
    [Boolean(description?.trim()), 'action.yml has no description.'],
    [
      ICONS.includes(branding?.icon ?? ''),
      `"${branding?.icon}" is no icon of Feather 4.28 that GitHub takes.`,
    ],
    [
      COLOURS.includes(branding?.color ?? ''),
      `"${branding?.color}" is no colour of the Marketplace.`,
    ],
    [
      !hasSiblings(manifest),
      'It names siblings by "$/", which are not in its repository: give --stamp.',
    ],
  ].flatMap(([holds, problem]) => (holds === true ? [] : [String(problem)]));
}
